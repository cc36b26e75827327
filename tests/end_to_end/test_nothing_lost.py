"""Nothing that was confirmed is lost, nothing happens twice: real processes, two replicas each, real faults.

Each test lets reports flow while something is done to the town, lets the people of the town work until all cases have
ended, and then has the recorded history checked (tests/support/checker.py). Every run prints its seed.
"""

from __future__ import annotations

import json
import random
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pika
import pytest

from deploy.provision.names import SERVICES
from deploy.provision.servers import Servers
from tests.support import stack
from tests.support.autopilot import Autopilot
from tests.support.checker import check, gather
from tests.support.town import TemporaryTown

FAILPOINTS = ("after_receive", "before_commit", "after_commit", "after_publish", "after_confirm", "before_ack")
REPORTS = 40
PARKED = "SELECT handler, kind, reason, attempts, due, parked_at, convert_from(body, 'UTF8') FROM parked"


@pytest.fixture(scope="module")
def town(servers: Servers, small_town: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporaryTown]:
    """Two replicas of every service; one town for all faults, so that each meets the traces of those before it."""
    with TemporaryTown(servers, small_town, logs=tmp_path_factory.mktemp("logs")) as town:
        town.start(replicas=2)
        yield town


@pytest.fixture(scope="module")
def traffic(town: TemporaryTown) -> Traffic:
    """The one upstream platform: it knows everything that was ever confirmed."""
    return Traffic(town, random.SystemRandom().randrange(10**6))


@pytest.fixture
def pilot(town: TemporaryTown) -> Iterator[Autopilot]:
    """The people of the town, at work."""
    pilot = Autopilot(town)
    pilot.start()
    yield pilot
    pilot.stop()


class Traffic:
    """An upstream platform over plain AMQP: remembers what the broker confirmed, sends again what it did not."""

    def __init__(self, town: TemporaryTown, seed: int):
        self._town, self.random = town, random.Random(seed)
        self.confirmed: set[tuple[str, str]] = set()
        self.poison: set[tuple[str, str]] = set()
        self.feedback: list[tuple[str, str, int, str]] = []
        print(f"seed {seed}")

    @property
    def good(self) -> int:
        """How many cases there must be."""
        return len(self.confirmed - self.poison)

    def send(self, count: int, copies: int = 1, poison: bool = False) -> None:
        """New reports, each `copies` times, shuffled; with `poison` every fifth is one that must be refused."""
        bodies = []
        for number in range(count):
            external_id = f"r-{uuid.uuid4()}"
            bad = poison and number % 5 == 0
            self.poison |= {("hotline", external_id)} if bad else set()
            bodies += [(external_id, self._body(external_id, bad))] * copies
        self.random.shuffle(bodies)
        waiting = bodies
        while waiting:
            waiting = self._publish(waiting)

    def _body(self, external_id: str, bad: bool) -> bytes:
        lon = 118.40 + self.random.random() * 0.05  # some lie outside of the four grids
        data: dict[str, Any] = {"external_id": external_id, "title": "路口垃圾", "kind": "complaint"}
        data |= {"place": {"lon": lon, "lat": 28.925}, "reporter": {"name": "某", "phone": "19900000001"}}
        data |= {"level": "P1"} if self.random.random() < 0.2 else {}
        data |= {"unknown": "\u0001"} if bad else {}
        event = {"specversion": "1.0", "id": external_id, "source": "hotline", "type": "report.v1", "data": data}
        return json.dumps(event).encode()

    def _publish(self, bodies: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
        """Publish with confirms; gives back what was not confirmed."""
        left = list(bodies)
        try:
            with self._town.broker("sources", "hotline") as connection:
                channel = connection.channel()
                channel.confirm_delivery()
                while left:
                    external_id, body = left[0]
                    lane = "urgent" if b'"P1"' in body else "normal"
                    properties = pika.BasicProperties(delivery_mode=2, message_id=external_id)
                    channel.basic_publish("reports", f"hotline.{lane}", body, properties, mandatory=True)
                    self.confirmed.add(("hotline", external_id))
                    left.pop(0)
        except (pika.exceptions.AMQPError, OSError):
            time.sleep(0.5)
        return left

    def hear(self) -> None:
        """Read the feedback queue to its end."""
        with self._town.broker("sources", "hotline") as connection:
            channel = connection.channel()
            for method, _, body in channel.consume("feedback.hotline", inactivity_timeout=1):
                if method is None:
                    return
                event = json.loads(body)
                data = event["data"]
                self.feedback.append(("hotline", data["external_id"], data["feedback_number"], event["id"]))
                channel.basic_ack(method.delivery_tag)


def settle_and_check(town: TemporaryTown, traffic: Traffic, pilot: Autopilot, seconds: float = 90) -> None:
    """Everything runs again: wait until all cases have ended and the outboxes are empty, then check the history."""
    for process in town.processes:
        if not process.alive:
            process.restart()
    end = time.monotonic() + seconds
    while time.monotonic() < end and not _quiet(town, traffic):
        time.sleep(0.5)
    pilot.stop()
    time.sleep(1.5)  # what was said last is written to the journal and settled
    traffic.hear()
    violations = check(gather(town, traffic.confirmed, traffic.poison, traffic.feedback))
    print("\n".join(f"parked in {s}: {row}" for s in SERVICES for row in town.rows(s, PARKED)))
    assert violations == [], f"{violations[:10]}\nautopilot: {pilot.acted} acts, {pilot.trouble[-3:]}"
    assert town.rows("intake", "SELECT count(*) FROM cases")[0][0] == traffic.good


def _quiet(town: TemporaryTown, traffic: Traffic) -> bool:
    ended = town.rows("intake", "SELECT count(*) FROM cases WHERE state IN ('closed', 'rejected')")[0][0]
    waiting = sum(
        town.rows(s, "SELECT (SELECT count(*) FROM unconfirmed) + (SELECT count(*) FROM parked)")[0][0]
        for s in SERVICES
    )
    return ended == traffic.good and not waiting


@pytest.mark.timeout(300)
@pytest.mark.parametrize("service", SERVICES)
def test_killed_at_every_point(town: TemporaryTown, traffic: Traffic, pilot: Autopilot, service: str) -> None:
    """One replica of the service is killed at each failpoint in turn, while reports flow and people work."""
    deaths, victim = 0, town.of(service)[0]
    for failpoint in FAILPOINTS:
        victim.stop()
        victim.start(failpoints=f"{failpoint}:{traffic.random.randint(1, 4)}")
        _wait(lambda: not victim.alive or not victim.problems())
        traffic.send(REPORTS // len(FAILPOINTS) + 1)
        deadline = time.monotonic() + 6
        while victim.alive and time.monotonic() < deadline:
            time.sleep(0.1)
        deaths += not victim.alive
    assert deaths >= len(FAILPOINTS) // 2, f"only {deaths} of {len(FAILPOINTS)} failpoints were reached"
    settle_and_check(town, traffic, pilot)


def test_doubled_shuffled_and_among_poison(town: TemporaryTown, traffic: Traffic, pilot: Autopilot) -> None:
    """Every report three times, every message between the services said again in the middle of it."""
    since = town.rows("intake", "SELECT clock_timestamp()")[0][0].isoformat()
    traffic.send(REPORTS // 2, copies=3, poison=True)
    for service in SERVICES:
        town.admin(service, "republish", "--since", since)
    traffic.send(REPORTS // 2, copies=3, poison=True)
    settle_and_check(town, traffic, pilot)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("program", [stack.BROKER, stack.DATABASE])
@pytest.mark.parametrize("kill", [False, True], ids=["restart", "kill -9"])
def test_broker_and_database_go_away(
    town: TemporaryTown, traffic: Traffic, pilot: Autopilot, program: str, kill: bool
) -> None:
    sender = threading.Thread(target=traffic.send, args=(REPORTS,))
    sender.start()
    time.sleep(1)
    stack.restart(program, kill=kill)
    sender.join(60)
    assert not sender.is_alive()
    settle_and_check(town, traffic, pilot)


@pytest.mark.timeout(300)
def test_each_service_in_turn_is_stopped_and_the_others_go_on(
    town: TemporaryTown, traffic: Traffic, pilot: Autopilot
) -> None:
    for service in SERVICES:
        for process in town.of(service):
            process.stop()
        traffic.send(8)
        if service != "intake":  # the others go on: intake takes the reports meanwhile
            _wait(lambda: town.rows("intake", "SELECT count(*) FROM reports")[0][0] == traffic.good)
        for process in town.of(service):
            process.start()
        for process in town.of(service):
            process.wait_ready()
    settle_and_check(town, traffic, pilot)
    assert all(count == 0 for queue, count in town.queues().items() if queue.startswith(SERVICES))


def _wait(question: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.1)
