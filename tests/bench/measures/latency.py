"""How long a report takes from publishing to the client of the member who gets it, and what processes use meanwhile."""

from __future__ import annotations

import time

from tests.bench.clients import listening, percentile
from tests.bench.machine import cpu_seconds, memory
from tests.bench.measures import rate as ceiling
from tests.bench.rate import run
from tests.bench.systems import Line
from tests.bench.workshop import Workshop, members_of

GROUP = "from publishing to the member's client"
SECONDS, SLOW = 20.0, 200.0
WARM = 5.0  # seconds that do not count
MOST = {("200/s", "p50"): 30.0, ("200/s", "p99"): 100.0, ("half the ceiling", "p99"): 400.0}  # ms


def measure(workshop: Workshop) -> None:
    half = ceiling.half(workshop)
    for _ in range(workshop.times):
        with workshop.town() as town:
            line = Line(town)
            line.start()
            pids = {process.service: [process.pid] for process in town.processes} | workshop.servers_pids()
            run(line, SLOW, WARM)
            for rate, name in ((SLOW, "200/s"), (half, "half the ceiling")):
                workshop.say(f"  {rate:.0f}/s for {SECONDS:.0f} s")
                _at(workshop, line, members_of(town), pids, rate, name)


def _at(
    workshop: Workshop, line: Line, members: dict[str, str], pids: dict[str, list[int]], rate: float, name: str
) -> None:
    line.read()  # what an earlier run has left is not this one's
    before, began = _used(pids), time.monotonic()
    with listening(members, SECONDS + 6) as clients:
        trial = run(line, rate, SECONDS)
        took, after = time.monotonic() - began, _used(pids)
    waits, figures = [1000 * seconds for _, seconds, _ in clients.heard], workshop.figures
    for share in ("p50", "p95", "p99"):
        most = MOST.get((name, share))
        wanted, met = (f"≤ {most:g}", most.__ge__) if most else ("", None)
        figures.add(GROUP, f"{name}, {share}", "ms", percentile(waits, int(share[1:]) / 100), wanted, met)
    figures.add(GROUP, f"{name}, heard of sent", "%", 100 * len(waits) / round(trial.sent_rate * SECONDS))
    for who, of in pids.items():
        figures.add(f"under load, {name}", f"{who}, of one core", "%", 100 * (after[who] - before[who]) / took)
        if len(of) == 1:
            figures.add(f"under load, {name}", f"{who}, memory", "MiB", memory(of[0]))


def _used(pids: dict[str, list[int]]) -> dict[str, float]:
    return {who: sum(map(cpu_seconds, of)) for who, of in pids.items()}
