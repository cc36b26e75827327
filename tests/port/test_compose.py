"""docker-compose.yml, held against its own promises without a Docker engine: what it grants, mounts and waits for."""

from __future__ import annotations

import importlib
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml

from deploy.provision.names import SEALED, SERVICES
from deploy.provision.secrets import Secrets

ROOT = Path(__file__).parents[2]
COMPOSE = [ROOT / "docker-compose.yml", *sorted((ROOT / "deploy" / "compose").glob("*.yml"))]
JOBS = ("secrets", "provision", "first-stretch", "token")
SERVERS = {  # what says yes only when the thing itself answers, as the user who will use it
    "rabbitmq": ["CMD", "rabbitmq-diagnostics", "-q", "check_port_connectivity"],
    "postgres": ["CMD", "pg_isready", "-q", "-h", "127.0.0.1", "-U", "wangge", "-d", "wangge"],
    "edge": ["CMD", "curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:8080/"],
}


def read(path: Path = COMPOSE[0]) -> dict[str, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


CONTAINERS: dict[str, dict[str, Any]] = read()["services"]


class Operations(BaseHTTPRequestHandler):
    """Stands for a service's operators' door."""

    answer = (200, b"")

    def do_GET(self) -> None:
        status, body = self.answer if self.path == "/readyz" else (404, b"")
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.mark.parametrize("path", COMPOSE, ids=lambda path: path.name)
def test_the_file_is_compose(path: Path) -> None:
    command = [str(Path(sys.executable).with_name("check-jsonschema")), "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*command, str(path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_everything_is_there() -> None:
    assert set(CONTAINERS) == {*SERVICES, *SERVERS, *JOBS}


@pytest.mark.parametrize("path", COMPOSE, ids=lambda path: path.name)
def test_every_container_is_bound(path: Path) -> None:
    for name, service in read(path)["services"].items():
        if path != COMPOSE[0] and "image" not in service:  # it adds to a container that is bound already
            continue
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert not {"privileged", "cap_add", "pid", "devices"} & set(service), name
        assert service.get("network_mode", "none") == "none", name
        assert service["restart"] == ("no" if name in JOBS else "unless-stopped"), name
        assert "build" in service or service["user"].split(":")[0] not in ("", "0", "root"), name


def test_our_images_do_not_run_as_root() -> None:
    stages = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8").split("\nFROM ")[1:]
    users = {stage.split()[2]: [u.split()[1] for u in stage.splitlines() if u.startswith("USER ")] for stage in stages}
    assert users["base"][-1] == "10001:10001"
    assert users["job"][-1] == "10001:10001"
    assert users["service"] == []  # stays what the base says


def test_health_checks_mean_it() -> None:
    for name, check in SERVERS.items():
        assert CONTAINERS[name]["healthcheck"]["test"] == check
    for name in SERVICES:
        check = CONTAINERS[name]["healthcheck"]["test"]
        assert check[:3] == ["CMD", "python", "-ISc"]
        assert '"127.0.0.1", 9000' in check[3] and '"/readyz"' in check[3]
        assert CONTAINERS[name]["environment"]["OPS_ADDRESS"].endswith(":9000")


def test_the_check_of_services_tells_ready_from_not_ready() -> None:
    with HTTPServer(("127.0.0.1", 0), Operations) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        code = CONTAINERS["intake"]["healthcheck"]["test"][3].replace("9000", str(server.server_port))
        for status, body, expected in ((200, b"{}", 0), (503, b"the table grids is empty", 1)):
            Operations.answer = (status, body)
            done = subprocess.run([sys.executable, "-ISc", code], capture_output=True)
            assert done.returncode == expected
            assert expected == 0 or body in done.stderr
        server.shutdown()
    assert subprocess.run([sys.executable, "-ISc", code], capture_output=True).returncode == 1


def test_jobs_come_before_what_needs_them() -> None:
    for name in ("rabbitmq", "postgres"):
        assert CONTAINERS[name]["depends_on"] == {"secrets": {"condition": "service_completed_successfully"}}
        assert CONTAINERS["provision"]["depends_on"][name] == {"condition": "service_healthy"}
    for name in SERVICES:
        assert CONTAINERS[name]["depends_on"] == {"provision": {"condition": "service_completed_successfully"}}
    waits = CONTAINERS["first-stretch"]["depends_on"]
    assert waits == {name: {"condition": "service_healthy"} for name in (*SERVICES, "edge")}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_gets_its_own_code_and_secrets_alone(name: str) -> None:
    service = CONTAINERS[name]
    assert service["build"]["args"] == {"SERVICE": name}
    assert service["command"][:3] == ["python", "-m", "shared.run"]
    module, _, cls = service["command"][3].partition(":")
    assert hasattr(importlib.import_module(module), cls) and module == f"services.{name}.service"
    assert service["volumes"] == [f"secrets-{name}:/secrets:ro", *(["media:/media"] if name == "intake" else [])]
    assert service["environment"].get("MEDIA_STORE") == ("/media" if name == "intake" else None)
    expected = Secrets(Path("/secrets")).environment("qiuchuan", name)
    given = {k: v.replace("/secrets/", f"/secrets/{name}/") for k, v in service["environment"].items()}
    assert {k: v for k, v in given.items() if k.endswith("_FILE") or k == "WANGGE_TOWN"} == expected
    assert ("KEY_RING_FILE" in given) == (name in SEALED)


def test_replicas_need_nothing_of_their_own() -> None:
    for name in SERVICES:
        assert not {"ports", "container_name", "hostname"} & set(CONTAINERS[name])
    edge = (ROOT / "deploy" / "compose" / "nginx.conf").read_text(encoding="utf-8")
    assert "resolver 127.0.0.11 " in edge and "include routes.conf;" in edge


def test_only_the_edge_is_reached_from_outside() -> None:
    document = read()
    assert document["networks"]["inside"]["internal"] is True
    assert [name for name, service in CONTAINERS.items() if "ports" in service] == ["edge"]
    assert [name for name, service in CONTAINERS.items() if "outside" in service.get("networks", [])] == ["edge"]
    for path in COMPOSE:
        for service in read(path)["services"].values():
            assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


@pytest.mark.parametrize("path", COMPOSE, ids=lambda path: path.name)
def test_no_secret_is_written_down(path: Path) -> None:
    words = ("password", "secret", "key", "token", "uri", "url")
    for name, service in read(path)["services"].items():
        for setting, value in (service.get("environment") or {}).items():
            if setting == "PUBLIC_URL":
                continue  # where reporters reach the town: for everybody to see
            assert "://" not in str(value), f"{name}: {setting}"
            if any(word in setting.lower() for word in words):
                assert setting.endswith("_FILE") and value.startswith("/secrets/"), f"{name}: {setting}"


def test_what_is_mounted_exists() -> None:
    for path in COMPOSE:
        document = read(path)
        for name, service in document["services"].items():
            for mount in service.get("volumes", []):
                source = mount["source"] if isinstance(mount, dict) else mount.split(":")[0]
                if source.startswith("./"):
                    assert (ROOT / source).is_file(), f"{name}: {source}"
                elif not source.startswith("/"):
                    assert source in document["volumes"], f"{name}: {source}"


def test_nothing_of_the_checkouts_data_gets_into_an_image() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    assert {rule for rule in rules if rule.startswith("!")} == {"!clients", "!deploy", "!services", "!shared"}


def test_phones_find_the_broker_of_the_containers_and_nobody_gets_in_without_a_name() -> None:
    folder = ROOT / "deploy" / "rabbitmq"
    assert "rabbitmq_mqtt" in (folder / "enabled_plugins").read_text(encoding="utf-8")
    settings = (folder / "rabbitmq.conf").read_text(encoding="utf-8").splitlines()
    assert {"mqtt.exchange = feed", "mqtt.allow_anonymous = false"} <= set(settings)
    for name in ("rabbitmq.conf", "enabled_plugins", "advanced.config"):
        assert f"./deploy/rabbitmq/{name}:/etc/rabbitmq/{name}:ro" in CONTAINERS["rabbitmq"]["volumes"]
    clients = read(ROOT / "deploy" / "compose" / "clients.yml")["services"]["rabbitmq"]["ports"]
    assert [port.rpartition(":")[2] for port in clients] == ["5672", "1883"]
