"""A morning after a holiday: 100,000 reporters are to be asked at once. How long call-takers wait for their next call,
and how long it takes until everybody who was not reached has a link, and until all that nobody answered has ended."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

from deploy.towns import files
from services.callback.domain.rules import Rules
from tests.bench.clients import percentile
from tests.bench.machine import memory
from tests.bench.workshop import Workshop
from tests.support.town import TemporaryTown

GROUP = "{:,} follow-ups due on one morning"
MANY, TAKERS, CALLS = 100_000, 50, 40  # call-takers at the same time, and calls of each
REPLICAS = 2
LIST_MS = 1000.0  # a page of the call list is there within so long
FILL = (Path(__file__).parent / "morning.sql").read_text(encoding="utf-8")
# what is done to all that are open, and what is left of it while it is worked off
LINKS = "UPDATE follow_ups SET link_at = now() WHERE state = 'open'", "linked_at IS NULL"
ENDS = "UPDATE follow_ups SET closes_at = now() WHERE state = 'open'", "true"
PATIENCE = 1800.0  # seconds
ANSWERED = "answered", {"solved": "yes", "satisfaction": "satisfied"}
NOBODY = "not-reached", {"outcome": "wrong_number"}  # nobody calls there again


def measure(workshop: Workshop, many: int = MANY) -> None:
    group = GROUP.format(many)
    for _ in range(workshop.times):
        with workshop.town(services=("callback",)) as town:
            _fill(town, many)
            town.start("callback", replicas=REPLICAS)
            _calls(workshop, town, group)
            for name, work in (("links", LINKS), ("ends without an answer", ENDS)):
                count, took = _worked_off(town, *work)
                workshop.figures.add(group, f"{name}, all after", "s", took)
                workshop.figures.add(group, f"{name}, {REPLICAS} replicas", "1/s", count / took)
            for process in town.processes:
                workshop.figures.add(group, "memory of a replica", "MiB", memory(process.pid))


def _fill(town: TemporaryTown, many: int) -> None:
    """Calls are made at any time: it need not be morning where this is measured."""
    rules = files.read_yaml(town.folder / "rules" / "normal.yaml")
    rules["callback"]["calls"] = {"times": "any"}
    files.write_yaml(town.logs / "morning.yaml", rules, "Calls at any time.")
    town.admin("callback", "load-rules", str(town.logs / "morning.yaml"))
    asking = Rules.of(rules["callback"])
    asked = {"version": asking.questions.version, "questions": json.dumps(asking.questions.as_data())}
    with town.database("callback", owner=True) as connection, connection.cursor() as cursor:
        cursor.execute(FILL, asked | {"terms": json.dumps(asking.terms.as_data()), "many": many})
        for table in ("cases", "follow_ups"):
            cursor.execute(f"VACUUM (ANALYZE) {table}")


def _calls(workshop: Workshop, town: TemporaryTown, group: str) -> None:
    """Everybody takes the next call, and says what came of it. Raises AssertionError when two have called the same."""
    ready = Barrier(TAKERS)
    began = time.monotonic()
    with ThreadPoolExecutor(TAKERS) as takers:
        made = [call for calls in takers.map(lambda n: list(_taken(town, n, ready)), range(TAKERS)) for call in calls]
    took, waits = time.monotonic() - began, [1000 * wait for _, wait in made]
    assert len({follow_up for follow_up, _ in made}) == len(made) == TAKERS * CALLS, "somebody was called twice"
    workshop.figures.add(group, f"{TAKERS} call-takers: calls made", "1/s", len(made) / took)
    workshop.figures.add(group, "the next call, p50", "ms", percentile(waits, 0.5))
    workshop.figures.add(group, "the next call, p99", "ms", percentile(waits, 0.99))
    desk, listed = Taker(town, 0), []
    for _ in range(5):
        before = time.monotonic()
        assert desk.asks("GET", "/callback/calls")["counts"]["due"] > 0
        listed.append(1000 * (time.monotonic() - before))
    workshop.figures.add(group, "the call list", "ms", percentile(listed, 0.5), f"≤ {LIST_MS:g}", LIST_MS.__ge__)


class Taker:
    """A call-taker with a connection of their own, to one of the replicas."""

    def __init__(self, town: TemporaryTown, number: int):
        process = town.of("callback")[number % REPLICAS]
        token = town.token("desk", f"taker{number}")
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._connection = http.client.HTTPConnection(process.http, timeout=60)

    def asks(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        self._connection.request(method, path, json.dumps(body) if body is not None else None, self._headers)
        answer = self._connection.getresponse()
        text = answer.read()
        assert answer.status == 200, text
        found: dict[str, Any] = json.loads(text)
        return found


def _taken(town: TemporaryTown, number: int, ready: Barrier) -> Iterator[tuple[str, float]]:
    """Each call of one call-taker, and the seconds until it was there: every other reporter answers."""
    taker = Taker(town, number)
    ready.wait(60)
    for n in range(CALLS):
        began = time.monotonic()
        (call,) = taker.asks("POST", "/callback/calls/take", {})["calls"]
        yield call["follow_up_id"], time.monotonic() - began
        said, body = ANSWERED if n % 2 else NOBODY
        taker.asks("POST", f"/callback/calls/{call['call_id']}/{said}", body)


def _worked_off(town: TemporaryTown, begin: str, left: str) -> tuple[int, float]:
    """How many there were, and the seconds until none is left."""
    waiting = f"SELECT count(*) FROM follow_ups WHERE state = 'open' AND {left}"
    with town.database("callback", owner=True) as connection, connection.cursor() as cursor:
        cursor.execute(waiting)
        (count,) = cursor.fetchone()
        cursor.execute(begin)
        began = time.monotonic()
        while time.monotonic() < began + PATIENCE:
            cursor.execute(waiting)
            if not cursor.fetchone()[0]:
                return count, time.monotonic() - began
            time.sleep(0.5)
    raise AssertionError(f"not all of {count} were worked off within {PATIENCE:.0f} s")
