"""What the five services take while nothing happens."""

from __future__ import annotations

import time

from tests.bench.machine import watch
from tests.bench.workshop import Workshop

GROUP = "idle"
QUIET, SECONDS = 20.0, 30.0


def measure(workshop: Workshop) -> None:
    for _ in range(workshop.times):
        with workshop.town() as town:
            town.start()
            time.sleep(QUIET)
            used = watch({process.service: process.pid for process in town.processes}, SECONDS)
        for service, use in used.items():
            workshop.figures.add(GROUP, f"{service}, of one core", "%", 100 * use.cpu)
            workshop.figures.add(GROUP, f"{service}, memory", "MiB", use.memory)
        cpu, memory = sum(use.cpu for use in used.values()), sum(use.memory for use in used.values())
        workshop.figures.add(GROUP, "five services, of one core", "%", 100 * cpu, "< 2", lambda value: value < 2)
        workshop.figures.add(GROUP, "five services, memory", "MiB", memory, "< 400", lambda value: value < 400)
