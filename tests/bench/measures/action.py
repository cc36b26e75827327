"""A member acts: from the client's call to the town's answer in the client, by the product's own client library."""

from __future__ import annotations

import time

from wangge_client import Member

from tests.bench.clients import percentile
from tests.bench.rate import run, wait_until
from tests.bench.systems import Line, done
from tests.bench.workshop import Workshop

GROUP = "a member's action, call to answer"
REPORTS, RATE = 900, 300.0


def measure(workshop: Workshop) -> None:
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
