"""The HTTP door alone: reports posted one by one over kept connections, while only intake runs."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

from tests.bench.clients import percentile
from tests.bench.measures.step import Registering
from tests.bench.reports import Sent, reports
from tests.bench.workshop import Workshop

GROUP = "HTTP door alone (POST /intake/reports)"
CALLERS, SECONDS = 8, 10.0


def measure(workshop: Workshop) -> None:
    for _ in range(workshop.times):
        with workshop.town() as town:
            Registering(town).start()
            (intake,) = town.of("intake")
            token, took = town.token("source", "hotline"), list[float]()
            began = time.monotonic()
            call(intake.http, token, [reports(seed) for seed in range(CALLERS)], took)
            rate = len(took) / (time.monotonic() - began)
        workshop.figures.add(GROUP, f"{CALLERS} callers", "reports/s", rate)
        workshop.figures.add(GROUP, f"{CALLERS} callers, p50", "ms", 1000 * percentile(took, 0.5))
        workshop.figures.add(GROUP, f"{CALLERS} callers, p99", "ms", 1000 * percentile(took, 0.99))


def call(address: str, token: str, sources: list[Iterator[Sent]], took: list[float]) -> None:
    """A caller for each of the sources, one report after the other; `took` is filled with the seconds of each."""
    callers = [threading.Thread(target=_call, args=(address, token, source, took)) for source in sources]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()


def _call(address: str, token: str, source: Iterator[Sent], took: list[float]) -> None:
    """Raises AssertionError when the door refuses."""
    connection = http.client.HTTPConnection(address, timeout=30)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    end = time.monotonic() + SECONDS
    while (began := time.monotonic()) < end:
        body: dict[str, Any] = json.loads(next(source).body)["data"]
        connection.request("POST", "/intake/reports", json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read()
        assert answer.status == 201, f"{answer.status}: {text.decode()}"
        took.append(time.monotonic() - began)
