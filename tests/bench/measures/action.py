"""A member acts: from the client's call to the town's answer in the client, by the product's own client library; and
420 members act at once by HTTP, each over a connection of its own."""

from __future__ import annotations

import http.client
import json
import subprocess
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from wangge_client import Member

from deploy.local.checkout import ROOT
from tests.bench.clients import percentile
from tests.bench.rate import run, wait_until
from tests.bench.systems import Line, done
from tests.bench.workshop import Workshop
from tests.support.autopilot import Api
from tests.support.town import TemporaryTown

GROUP = "a member's action, call to answer"
REPORTS, RATE = 900, 300.0
CROWD = "420 members act at once (POST /dispatch/actions)"
GRIDS, WORKERS = 105, 4
MEMBERS = GRIDS * WORKERS


def measure(workshop: Workshop) -> None:
    for _ in range(workshop.times):
        _crowd(workshop)
    for _ in range(workshop.times):
        with workshop.town(grids=1, members=2) as town:  # one worker gets everything
            line = Line(town)
            line.start()
            run(line, RATE, REPORTS / RATE)
            wait_until(lambda: done(town) >= REPORTS * 0.99, 30)
            took = _acknowledge(town.uri("members", "m002"), workshop)
        workshop.figures.add(GROUP, "acknowledge, p50", "ms", 1000 * percentile(took, 0.5))
        workshop.figures.add(GROUP, "acknowledge, p99", "ms", 1000 * percentile(took, 0.99))
        workshop.figures.add(GROUP, "one after the other", "actions/s", len(took) / sum(took))


def _acknowledge(uri: str, workshop: Workshop) -> list[float]:
    store, took = workshop.folder / f"member-{time.monotonic_ns()}.db", list[float]()
    with Member(uri, "m002", store=store) as member:
        for notice in member.notices(timeout=5):
            if notice.kind != "work_assigned":
                continue
            began = time.monotonic()
            answer = member.acknowledge(notice)
            took.append(time.monotonic() - began)
            assert answer.accepted, answer.reason
            if len(took) == REPORTS // 3:
                break
    return took


def _crowd(workshop: Workshop) -> None:
    """An order for each member, then everybody acknowledges at the same moment."""
    with workshop.town(GRIDS, WORKERS + 1) as town:
        line = Line(town)
        line.start()
        command = [*line.publisher_command(), "--once-each", str(WORKERS), "--grids", str(GRIDS)]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        wait_until(lambda: done(town) >= MEMBERS, 60)
        orders = Api(town).get("dispatch", "/dispatch/orders?state=dispatched")["orders"]
        assert len(orders) == MEMBERS, f"{len(orders)} orders for {MEMBERS} members"
        ready = Barrier(MEMBERS)
        with ThreadPoolExecutor(MEMBERS) as members:
            took = list(members.map(lambda order: _at_once(town, order, ready), orders))
    workshop.figures.add(CROWD, "half of the answers after", "ms", 1000 * percentile(took, 0.5))
    workshop.figures.add(CROWD, "99 of 100 after", "ms", 1000 * percentile(took, 0.99))
    workshop.figures.add(CROWD, "the last after", "ms", 1000 * max(took))


def _at_once(town: TemporaryTown, order: dict[str, Any], ready: Barrier) -> float:
    """Seconds until the answer. Raises AssertionError when it was refused."""
    token = town.token("member", order["member_id"])
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    body = {"command_id": str(uuid.uuid4()), "action": "acknowledge", "order_id": order["order_id"]}
    connection = http.client.HTTPConnection(town.of("dispatch")[0].http, timeout=60)
    connection.connect()
    ready.wait(60)
    began = time.monotonic()
    connection.request("POST", "/dispatch/actions", json.dumps(body), headers)
    answer = json.loads(connection.getresponse().read())
    took = time.monotonic() - began
    assert answer["accepted"], answer["reason"]
    return took
