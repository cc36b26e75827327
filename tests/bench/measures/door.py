"""The HTTP door alone: reports posted one by one over kept connections, while only intake runs."""

from __future__ import annotations

import http.client
import json
import threading
import time
from typing import Any

from tests.bench.clients import percentile
from tests.bench.measures.step import Registering
from tests.bench.reports import reports
from tests.bench.workshop import Workshop

GROUP = "HTTP door alone (POST /intake/reports)"
CALLERS, SECONDS = 8, 10.0


def measure(workshop: Workshop) -> None:
    for _ in range(workshop.times):
        with workshop.town() as town:
            Registering(town).start()
            (intake,) = town.of("intake")
            token, took = town.token("source", "hotline"), list[float]()
            callers = [threading.Thread(target=_call, args=(intake.http, token, seed, took)) for seed in range(CALLERS)]
            began = time.monotonic()
            for caller in callers:
                caller.start()
            for caller in callers:
                caller.join()
            rate = len(took) / (time.monotonic() - began)
        workshop.figures.add(GROUP, f"{CALLERS} callers", "reports/s", rate)
        workshop.figures.add(GROUP, f"{CALLERS} callers, p50", "ms", 1000 * percentile(took, 0.5))
        workshop.figures.add(GROUP, f"{CALLERS} callers, p99", "ms", 1000 * percentile(took, 0.99))


def _call(address: str, token: str, seed: int, took: list[float]) -> None:
    """Raises AssertionError when the door refuses."""
    connection, source = http.client.HTTPConnection(address, timeout=30), reports(seed)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    end = time.monotonic() + SECONDS
    while (began := time.monotonic()) < end:
        body: dict[str, Any] = json.loads(next(source).body)["data"]
        connection.request("POST", "/intake/reports", json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read()
        assert answer.status == 201, f"{answer.status}: {text.decode()}"
        took.append(time.monotonic() - began)
