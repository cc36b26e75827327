"""What a case costs when years of them lie in the tables: CPU and time, at 10,000, 1 million and 10 million cases."""

from __future__ import annotations

import shutil
import time
import urllib.request
from pathlib import Path

from tests.bench.machine import cpu_seconds
from tests.bench.rate import run
from tests.bench.systems import Line
from tests.bench.workshop import Workshop
from tests.support.town import TemporaryTown

GROUP = "what a case costs when many are stored"
PAST = (Path(__file__).parent / "growth.sql").read_text(encoding="utf-8")
SIZES = (10_000, 1_000_000, 10_000_000)
AT_ONCE = 250_000
BYTES = 4_500  # of disk for each past case, with its share of the write-ahead log
SECONDS, RATE = 20.0, 200.0
INTAKE = ("cases", "reports", "case_history", "correspondence")
DISPATCH = ("cases", "orders", "assignments", "order_journal")
TABLES = [f"intake.{table}" for table in INTAKE] + [f"dispatch.{table}" for table in DISPATCH]


def measure(workshop: Workshop) -> None:
    with workshop.town() as town:
        stored = 0
        for size in SIZES:
            if shutil.disk_usage("/").free < (size - stored) * BYTES + 2 * 2**30:
                workshop.say(f"  {size:,} cases left out: the disk has too little room")
                return
            stored = _fill(workshop, town, stored, size)
            for process in town.processes:
                process.stop()
            line = Line(town)
            town.processes.clear()
            line.start()
            run(line, RATE, 5)
            for _ in range(workshop.times):
                _costs(workshop, town, line, size)
    _compare(workshop)


def _fill(workshop: Workshop, town: TemporaryTown, stored: int, size: int) -> int:
    began = time.monotonic()
    with town.database("intake", owner=True) as connection, connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        for first in range(stored, size, AT_ONCE):
            last = min(first + AT_ONCE, size) - 1
            cursor.execute("BEGIN")
            cursor.execute(PAST, {"first": first, "last": last})
            cursor.execute("COMMIT")
            if time.monotonic() - began > 10:
                print(f"\r  {last + 1:,} of {size:,} cases, {time.monotonic() - began:.0f} s", end="", flush=True)
        for table in TABLES:
            cursor.execute(f"VACUUM (ANALYZE) {table}")
    workshop.say(f"\n  {size:,} cases stored after {time.monotonic() - began:.0f} s")
    return size


def _costs(workshop: Workshop, town: TemporaryTown, line: Line, size: int) -> None:
    """At a steady rate: CPU of intake, dispatch and PostgreSQL for each report, and of one look at /metrics."""
    servers = workshop.servers_pids()["PostgreSQL"]
    pids = [process.pid for process in town.processes if process.service in ("intake", "dispatch")] + servers
    before = sum(map(cpu_seconds, pids))
    trial = run(line, RATE, SECONDS)
    used = sum(map(cpu_seconds, pids)) - before
    workshop.figures.add(GROUP, f"{size:,}: CPU", "ms/case", 1000 * used / (trial.sent_rate * SECONDS))
    began = time.monotonic()
    for process in town.processes:
        urllib.request.urlopen(f"http://{process.ops}/metrics", timeout=60).read()
    workshop.figures.add(GROUP, f"{size:,}: /metrics of all services", "ms", 1000 * (time.monotonic() - began))


def _compare(workshop: Workshop) -> None:
    few, many = (workshop.figures.all[GROUP, f"{size:,}: CPU"].values for size in (SIZES[0], SIZES[-1]))
    for small, large in zip(sorted(few), sorted(many), strict=True):
        workshop.figures.add(GROUP, "10 million : 10,000", "×", large / small, "≤ 1.1", (1.1).__ge__)
