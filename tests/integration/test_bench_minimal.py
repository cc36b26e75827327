"""What the line is measured against writes the line's own rows: otherwise the ratio in `make bench` means nothing."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from deploy.local.checkout import ROOT
from deploy.provision.names import SERVICES
from tests.bench.minimal import Minimal
from tests.bench.rate import wait_until
from tests.bench.systems import Line, System
from tests.support.town import TemporaryTown

REPORTS_PER_GRID, GRIDS = 5, 4
MANY = REPORTS_PER_GRID * GRIDS
NOT_COMPARED = {
    *("persons", "source_flow", "source_hours", "likely_duplicates", "redating", "unread"),  # a row for many reports
    *("in_hand", "counters"),  # a row for each member, whoever gets the work
    "unconfirmed",  # comes and goes
}
TABLES = """SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind IN ('r', 'p')
    AND NOT relispartition"""


def test_the_minimal_chain_writes_the_rows_of_the_line(new_town: Callable[..., TemporaryTown], tmp_path: Path) -> None:
    minimal, line = new_town(rules="normal"), new_town(rules="normal")
    wanted, written = _rows_of(line, Line(line)), _rows_of(minimal, Minimal(minimal, tmp_path))
    assert written == wanted, [path.read_text()[-800:] for path in tmp_path.glob("minimal-*.log")]
    assert wanted["intake.cases"] == wanted["notify.notices"] == MANY


def _rows_of(town: TemporaryTown, system: System) -> dict[str, int]:
    """How many rows each table has got by some reports, from intake to the notice."""
    system.start()
    try:
        before = _counted(town)
        command = [*system.publisher_command(), "--once-each", str(REPORTS_PER_GRID), "--grids", str(GRIDS)]
        subprocess.run(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=True)
        seen: list[dict[str, int]] = []  # until nothing is written any more, by a line that has done all or has failed
        wait_until(lambda: _still(seen, _counted(town)) and system.done() >= MANY, 20)
    finally:
        system.stop()
    return {table: count - before[table] for table, count in seen[-1].items()}


def _still(seen: list[dict[str, int]], now: dict[str, int]) -> bool:
    seen.append(now)
    return len(seen) > 5 and all(some == now for some in seen[-5:])


def _counted(town: TemporaryTown) -> dict[str, int]:
    found = {}
    for service in SERVICES:
        tables = [table for (table,) in town.rows(service, TABLES, service) if table not in NOT_COMPARED]
        count = " UNION ALL ".join(f"SELECT '{service}.{table}', count(*) FROM {table}" for table in tables)
        found |= dict(town.rows(service, count))
    return found
