"""`docker compose up` for real: `pytest -m chaos tests/port/test_compose_run.py`; needs Docker with the compose plugin.

Pulls and builds images on the first run. The project has a name and a port of its own and is taken away afterwards.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from deploy.provision.names import LINKED, SEALED, SEALS, SERVICES, SIGNS
from deploy.provision.servers import login_of

ROOT = Path(__file__).parents[2]
WITHOUT_DOCKER = not shutil.which("docker") or subprocess.run(["docker", "info"], capture_output=True).returncode
pytestmark = [
    pytest.mark.chaos,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(bool(WITHOUT_DOCKER), reason="needs a Docker engine that runs"),
]


class Project:
    """One `docker compose` project of this checkout."""

    def __init__(self) -> None:
        port = free_port()
        self.edge = f"http://127.0.0.1:{port}"
        self._tokens: dict[str, str] = {}
        self._environment = os.environ | {
            "COMPOSE_PROJECT_NAME": f"wangge-test-{secrets.token_hex(3)}",
            "WANGGE_PORT": str(port),
        }

    def compose(self, *arguments: str) -> str:
        command = ["docker", "compose", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self._environment, capture_output=True, text=True)
        assert done.returncode == 0, f"{' '.join(command)}: {done.stderr[-4000:]}"
        return done.stdout

    def up(self, *arguments: str) -> None:
        """Start it and wait until the first stretch of cases is over."""
        self.compose("up", "-d", *arguments)
        eventually(lambda: self.containers("first-stretch")[0]["State"] == "exited", 420)

    def let_clients_in(self) -> int:
        """As docker-compose.yml says; gives the port for MQTT."""
        amqp, mqtt = free_port(), free_port()
        files = {"COMPOSE_FILE": "docker-compose.yml:deploy/compose/clients.yml"}
        self._environment |= files | {"WANGGE_AMQP_PORT": str(amqp), "WANGGE_MQTT_PORT": str(mqtt)}
        self.compose("up", "-d")
        eventually(lambda: self.containers("rabbitmq")[0]["Health"] == "healthy", 120)
        eventually(lambda: {self.containers(name)[0]["Health"] for name in SERVICES} == {"healthy"}, 120)
        return mqtt

    def containers(self, service: str | None = None) -> list[dict[str, Any]]:
        lines = self.compose("ps", "-a", "--format", "json", *([service] if service else [])).splitlines()
        return [json.loads(line) for line in lines]

    def inspect(self, service: str) -> dict[str, Any]:
        return json.loads(subprocess.check_output(["docker", "inspect", self.containers(service)[0]["ID"]]))[0]

    def run_in(self, service: str, *command: str) -> str:
        return self.compose("exec", "-T", service, *command)

    def get(self, path: str, role: str = "desk") -> Any:
        answer = requests.get(self.edge + path, headers=self.login(role, "test"), timeout=10)
        answer.raise_for_status()
        return answer.json()

    def login(self, role: str, name: str) -> dict[str, str]:
        if role not in self._tokens:
            sign = ("run", "--rm", "-T", "token", "--role", role, "--name", name)
            self._tokens[role] = self.compose(*sign).strip()
        return {"Authorization": f"Bearer {self._tokens[role]}"}

    def report(self, external_id: str) -> requests.Response:
        report = {"external_id": external_id, "title": "路口垃圾", "kind": "complaint", "category": "0103"}
        place = {"place": {"text": "村口", "lon": 118.4077, "lat": 28.9234}}
        return requests.post(
            f"{self.edge}/intake/reports", json=report | place, headers=self.login("source", "neighbour"), timeout=10
        )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(condition: Callable[[], Any], seconds: float = 60) -> Any:
    """What the condition gives as soon as it gives anything."""
    until = time.monotonic() + seconds
    while True:
        if found := condition():
            return found
        assert time.monotonic() < until, "it did not come true in time"
        time.sleep(1)


@pytest.fixture(scope="module")
def project() -> Iterator[Project]:
    project = Project()
    try:
        project.up("--build")
        yield project
    finally:
        project.compose("down", "--volumes", "--rmi", "local", "--remove-orphans")


def test_jobs_are_done_and_everything_is_healthy(project: Project) -> None:
    jobs = ("secrets", "provision", "first-stretch")
    assert {name: project.containers(name)[0]["ExitCode"] for name in jobs} == dict.fromkeys(jobs, 0)
    for name in (*SERVICES, "rabbitmq", "postgres", "edge"):
        assert project.containers(name)[0]["Health"] == "healthy", name
    states = {case["state"] for case in project.get("/intake/cases")["cases"]}
    assert "closed" in states


def test_a_report_at_the_edge_becomes_a_case_that_every_service_hears_of(project: Project) -> None:
    answer = project.report("compose-1")
    assert answer.status_code == 201
    number = answer.json()["number"]
    kinds = eventually(lambda: {message["type"] for message in _timeline(project, number)} or None)
    assert "intake.case_registered.v1" in kinds
    eventually(lambda: "dispatch.work_assigned.v1" in {message["type"] for message in _timeline(project, number)})
    assert project.report("compose-1").json()["number"] == number


@pytest.mark.parametrize("name", [*SERVICES, "rabbitmq", "postgres", "edge"])
def test_no_container_is_root_or_writes_to_its_image(project: Project, name: str) -> None:
    assert project.run_in(name, "id", "-u").strip() != "0"
    assert "NoNewPrivs:\t1" in project.run_in(name, "cat", "/proc/1/status")
    assert "CapEff:\t0000000000000000" in project.run_in(name, "cat", "/proc/1/status")
    assert project.run_in(name, "sh", "-c", "touch /written 2>/dev/null || echo refused").strip() == "refused"


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_sees_its_own_secrets_alone(project: Project, name: str) -> None:
    expected = {"amqp_uri", "database_url", "token_public_key"} | ({"key_ring"} if name in SEALED else set())
    expected |= {"token_private_key", "access_ring"} if name == SIGNS else set()
    expected |= {"sealing_key"} if name == SEALS else set()
    expected |= {"link_keys"} if name == LINKED else set()
    assert set(project.run_in(name, "ls", "/secrets").split()) == expected
    environment = project.inspect(name)["Config"]["Env"]
    assert not [value for value in environment if "://" in value and not value.startswith("PUBLIC_URL=")]


def test_services_do_not_reach_the_internet(project: Project) -> None:
    code = "import socket; socket.create_connection(('1.1.1.1', 443), timeout=3)"
    assert project.run_in("intake", "sh", "-c", f'python -c "{code}" 2>/dev/null || echo no').strip() == "no"


def test_what_is_for_operators_is_not_behind_the_edge(project: Project) -> None:
    for path in ("/metrics", "/readyz", "/intake/metrics", "/intake/readyz", "/board/../metrics"):
        assert requests.get(project.edge + path, timeout=10).status_code == 404, path


def test_a_replica_more_and_a_process_killed(project: Project) -> None:
    project.compose("up", "-d", "--no-deps", "--scale", "dispatch=2", "dispatch")
    eventually(lambda: [c["Health"] for c in project.containers("dispatch")] == ["healthy", "healthy"])
    login = project.login("desk", "test")
    for _ in range(10):
        requests.get(f"{project.edge}/dispatch/orders", headers=login, timeout=10).raise_for_status()
    edge_log = project.compose("logs", "--no-log-prefix", "edge").splitlines()
    assert len({line.split()[-1] for line in edge_log if " /dispatch/orders 200 " in line}) == 2

    before = project.inspect("dispatch")
    os.kill(before["State"]["Pid"], signal.SIGKILL)
    numbers = [project.report(f"compose-kill-{n}").json()["number"] for n in range(5)]
    eventually(lambda: project.inspect("dispatch")["RestartCount"] > before["RestartCount"])
    eventually(lambda: [c["Health"] for c in project.containers("dispatch")] == ["healthy", "healthy"])
    for number in numbers:
        kinds = eventually(lambda n=number: [m["type"] for m in _timeline(project, n) if "work_assigned" in m["type"]])
        assert kinds == ["dispatch.work_assigned.v1"]


def test_a_second_up_keeps_everything(project: Project) -> None:
    number = project.report("compose-kept").json()["number"]
    passwords = project.run_in("intake", "cat", "/secrets/amqp_uri")
    project.compose("down")
    project.up()
    assert project.get(f"/intake/cases/{number}")["number"] == number
    assert project.run_in("intake", "cat", "/secrets/amqp_uri") == passwords
    assert "behind it" in project.compose("logs", "first-stretch")


@pytest.mark.skipif(shutil.which("mosquitto_sub") is None, reason="apt-get install mosquitto-clients")
def test_clients_let_in_hear_by_mqtt_what_was_chosen_for_them(project: Project) -> None:
    port = project.let_clients_in()
    add = ("add", "screen", "--transition", "work_assigned")
    project.compose("run", "--rm", "-T", "provision", "python", "-m", "deploy.compose", "subscribers", *add)
    uri = project.compose("run", "--rm", "-T", "--entrypoint", "cat", "token", "/secrets/subscribers/screen/amqp_uri")
    user, password = login_of(uri.strip())
    login = ("-u", f"wangge-qiuchuan:{user}", "-P", password, "-i", f"{user}.centre")
    phone = ["mosquitto_sub", "-h", "127.0.0.1", "-p", str(port), "-V", "mqttv311", *login, "-c", "-q", "1"]
    wanted = ["-t", "work_assigned/+/#"]
    subprocess.run([*phone, *wanted, "-E"], check=True, timeout=30)  # it was there once, and is off meanwhile
    number = project.report("compose-heard").json()["number"]
    heard = subprocess.run([*phone, *wanted, "-C", "1", "-W", "60"], capture_output=True, text=True, timeout=90).stdout
    assert json.loads(heard)["data"]["number"] == number
    refused = subprocess.run([*phone, "-t", "case_registered/+/#", "-d", "-W", "3"], capture_output=True, text=True)
    assert "Subscribed (mid: 1): 1\n" not in refused.stdout


def _timeline(project: Project, number: str) -> list[dict[str, Any]]:
    answer = requests.get(f"{project.edge}/board/cases/{number}", headers=project.login("desk", "test"), timeout=10)
    return answer.json()["timeline"] if answer.ok else []
