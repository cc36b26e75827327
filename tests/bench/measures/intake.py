"""Intake alone, by AMQP and by HTTP, beside a bare loop of inserts: with few and many grids, few and many stored cases.

What a report costs, duplicate search included, must not grow by more than a quarter with the town or with the years.
"""

from __future__ import annotations

import functools
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from deploy.towns.small import SOUTH, WEST
from services.intake.domain.places import Grid, Locator
from tests.bench.bare import Bare
from tests.bench.machine import cpu_seconds, memory
from tests.bench.measures import door
from tests.bench.rate import run
from tests.bench.reports import reports
from tests.bench.systems import Line, publisher_command
from tests.bench.workshop import Workshop
from tests.support.town import TemporaryTown

PAST = (Path(__file__).parent / "intake.sql").read_text(encoding="utf-8")
WIDE, HIGH = 0.25, 0.2  # degrees: some 24 by 22 kilometres
LATTICES = {2_000: (50, 40), 50_000: (250, 200)}  # grids over the same area: columns and rows
STAGES = ((2_000, 10_000), (50_000, 10_000), (50_000, 5_000_000))  # grids, stored cases
AT_ONCE = 250_000
BYTES = 2_500  # of disk for each past case, with its share of the write-ahead log
RATE, FLOOD, SECONDS = 200.0, 2_000.0, 15.0  # reports a second; more of them than can be taken; how long
BARE, BATCH = 3_000, 100  # reports of the bare loop, and how many of them in a transaction
MOST = 1.25
GROUP, AMQP, HTTP = "intake alone, what a report costs", "AMQP", "HTTP"
GRIDS = """
INSERT INTO grids (grid_id, version, code, name, level, geometry, area)
SELECT format('g%%s-%%s', x, y), 1, format('%%s-%%s', x, y), '网格', 'grid',
    jsonb_build_object('type', 'Polygon', 'coordinates', jsonb_build_array(jsonb_build_array(jsonb_build_array(w, s),
        jsonb_build_array(e, s), jsonb_build_array(e, n), jsonb_build_array(w, n), jsonb_build_array(w, s)))),
    (e - w) * (n - s)
FROM generate_series(0, %(columns)s - 1) AS x, generate_series(0, %(rows)s - 1) AS y, LATERAL (SELECT
    %(west)s + %(wide)s * x / %(columns)s AS w, %(west)s + %(wide)s * (x + 1) / %(columns)s AS e,
    %(south)s + %(high)s * y / %(rows)s AS s, %(south)s + %(high)s * (y + 1) / %(rows)s AS n) AS square
"""
AREA = {"west": WEST, "south": SOUTH, "wide": WIDE, "high": HIGH}


class Intake(Line):
    """Only intake runs; what is registered is done."""

    def publisher_command(self) -> list[str]:
        return [*publisher_command(self._town), "--area", str(WIDE), str(HIGH)]

    def done(self) -> int:
        """By the sequence: counting millions would cost more than what is measured."""
        return int(self._town.rows("intake", "SELECT last_value FROM case_numbers")[0][0])


def measure(workshop: Workshop) -> None:
    reached = []
    with workshop.town(services=("intake",)) as town:
        stored = laid = 0
        for grids, cases in STAGES:
            if shutil.disk_usage("/").free < (cases - stored) * BYTES + 2 * 2**30:
                workshop.say(f"  {cases:,} cases left out: the disk has too little room")
                break
            if grids != laid:
                _lay(workshop, town, grids)
            _fill(workshop, town, stored, cases)
            stored, laid = cases, grids
            for _ in range(workshop.times):
                _stage(workshop, town, f"{grids:,} grids, {cases:,} cases")
            reached.append(f"{grids:,} grids, {cases:,} cases")
        _beside(workshop, town)
    _compare(workshop, reached)


def _lay(workshop: Workshop, town: TemporaryTown, grids: int) -> None:
    """The area in so many grids; how long it takes to make them ready for look-ups."""
    columns, rows = LATTICES[grids]
    with town.database("intake", owner=True) as connection, connection.cursor() as cursor:
        cursor.execute("DELETE FROM grids")
        cursor.execute(GRIDS, AREA | {"columns": columns, "rows": rows})
        cursor.execute("ANALYZE grids")
    for _ in range(workshop.times):
        began = time.monotonic()
        Locator([Grid(*row) for row in town.rows("intake", "SELECT grid_id, code, geometry, area FROM grids")])
        workshop.figures.add(GROUP, f"{grids:,} grids read and indexed", "s", time.monotonic() - began)


def _fill(workshop: Workshop, town: TemporaryTown, stored: int, cases: int) -> None:
    began = time.monotonic()
    with town.database("intake", owner=True) as connection, connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        for first in range(stored, cases, AT_ONCE):
            cursor.execute("BEGIN")
            cursor.execute(PAST, AREA | {"first": first + 1, "last": min(first + AT_ONCE, cases)})
            cursor.execute("COMMIT")
        for table in ("cases", "reports", "case_history", "correspondence"):
            cursor.execute(f"VACUUM (ANALYZE) {table}")
    workshop.say(f"  {cases:,} cases stored after {time.monotonic() - began:.0f} s")


def _stage(workshop: Workshop, town: TemporaryTown, stage: str) -> None:
    """By AMQP at a steady rate and in a flood, then by HTTP."""
    line = Intake(town)
    line.start()
    try:
        run(line, RATE, 5)
        cpu, count = _cpu(workshop, town, lambda: _sent(line, RATE))
        workshop.figures.add(GROUP, f"{AMQP}, {stage}: CPU", "ms", 1000 * cpu / count)
        rate = run(line, FLOOD, SECONDS / 2).drained_rate
        workshop.figures.add(GROUP, f"{AMQP}, {stage}: time in a flood", "ms", 1000 / rate)
        took: list[float] = []
        began = time.monotonic()
        cpu, count = _cpu(workshop, town, lambda: _posted(town, took))
        workshop.figures.add(GROUP, f"{HTTP}, {stage}: CPU", "ms", 1000 * cpu / count)
        workshop.figures.add(GROUP, f"{HTTP}, {stage}: time", "ms", 1000 * (time.monotonic() - began) / count)
        workshop.figures.add(GROUP, f"{stage}: memory of intake", "MiB", memory(town.of("intake")[0].pid))
    finally:
        line.stop()
        town.processes.clear()


def _sent(line: Intake, rate: float) -> int:
    before = line.done()
    run(line, rate, SECONDS)
    return line.done() - before


def _posted(town: TemporaryTown, took: list[float]) -> int:
    sources = [reports(int(time.time()) + caller, area=(WIDE, HIGH)) for caller in range(door.CALLERS)]
    door.call(town.of("intake")[0].http, town.token("source", "hotline"), sources, took)
    return len(took)


def _cpu(workshop: Workshop, town: TemporaryTown, work: Callable[[], int]) -> tuple[float, int]:
    """CPU seconds of intake and PostgreSQL while work is done, and how much was done."""
    pids = [process.pid for process in town.processes] + workshop.servers_pids()["PostgreSQL"]
    before = sum(map(cpu_seconds, pids))
    count = work()
    return sum(map(cpu_seconds, pids)) - before, count


def _beside(workshop: Workshop, town: TemporaryTown) -> None:
    """The same rows without intake."""
    for _ in range(workshop.times):
        for at_once in (1, BATCH):
            bare = Bare(town, BARE)
            began, used = time.monotonic(), time.process_time()
            cpu, count = _cpu(workshop, town, functools.partial(bare.write, at_once))
            took, cpu = time.monotonic() - began, cpu + time.process_time() - used
            bare.close()
            workshop.figures.add(GROUP, f"bare inserts, {at_once} a transaction: CPU", "ms", 1000 * cpu / count)
            workshop.figures.add(GROUP, f"bare inserts, {at_once} a transaction: time", "ms", 1000 * took / count)


def _compare(workshop: Workshop, reached: list[str]) -> None:
    """Each stage against the first: what grew, and by how much."""
    for what in (f"{AMQP}, {{}}: CPU", f"{AMQP}, {{}}: time in a flood", f"{HTTP}, {{}}: CPU", f"{HTTP}, {{}}: time"):
        first = workshop.figures.all[GROUP, what.format(reached[0])].values
        for stage in reached[1:]:
            values = workshop.figures.all[GROUP, what.format(stage)].values
            for few, many in zip(sorted(first), sorted(values), strict=True):
                name = f"{what.format(stage)}, against {reached[0]}"
                workshop.figures.add(GROUP, name, "×", many / few, f"≤ {MOST}", MOST.__ge__)
