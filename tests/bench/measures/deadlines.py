"""Deadlines watched over a million open orders: what a look costs when nothing is due, and how many steps a second are
taken when many come at once, by one replica of dispatch and by two."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path
from typing import Any

import yaml

from services.dispatch.domain.calendar import Calendar
from services.dispatch.domain.escalation import Rules, terms
from services.dispatch.store import SQL
from services.dispatch.use_cases.watching import AT_ONCE
from tests.bench.workshop import Workshop
from tests.support.town import TemporaryTown

GROUP = "deadline sweep with {:,} open orders"
OPEN, FILLED_AT_ONCE = 1_000_000, 250_000
BYTES = 4_000  # of disk for each open order, with its share of the write-ahead log
GRIDS, MEMBERS = 4, 10
FILL = (Path(__file__).parent / "deadlines.sql").read_text(encoding="utf-8")
DUE = 10_000  # orders that come due together; of half of them the step reminds, of half it hands the order over
# One step of each is due, those before it have come; orders that a round has used are not used again.
COME_DUE = """
UPDATE orders SET next_step_at = clock_timestamp(), ladder = (
    SELECT json_agg(CASE sign((rung ->> 'step')::int - due)
        WHEN -1 THEN rung || jsonb_build_object('fired_at', clock_timestamp())
        WHEN 0 THEN rung || jsonb_build_object('at', clock_timestamp()) ELSE rung END)
    FROM jsonb_array_elements(ladder::jsonb) AS rung)
FROM (SELECT id AS order_id, CASE row_number() OVER () %% 2 WHEN 0 THEN %(first)s ELSE %(handing_over)s END AS due
      FROM orders WHERE version = 1 LIMIT %(orders)s) AS chosen
WHERE id = order_id
"""
LEFT = "SELECT count(*) FROM orders WHERE next_step_at <= clock_timestamp()"
FROM, TO, ALL = 0.15, 0.95, 1.0  # of what is due: what is measured lies between the first two
INDEX = "orders_by_next_step"


def measure(workshop: Workshop, orders: int = OPEN, due: int = DUE) -> None:
    if shutil.disk_usage("/").free < orders * BYTES + 2 * 2**30:
        workshop.say(f"  {orders:,} open orders left out: the disk has too little room")
        return
    group = GROUP.format(orders)
    with workshop.town(GRIDS, MEMBERS) as town:
        _fill(workshop, town, orders)
        for _ in range(workshop.times):
            workshop.figures.add(group, "a look when nothing is due", "ms", _look(town))
        for replicas in (1, 2):
            for _ in range(workshop.times):
                name = "one replica" if replicas == 1 else f"{replicas} replicas"
                workshop.figures.add(group, name, "steps/s", _sweep(town, due, replicas))


def _fill(workshop: Workshop, town: TemporaryTown, orders: int) -> None:
    began, values = time.monotonic(), _terms(town) | {"grids": GRIDS, "members": MEMBERS}
    with town.database("dispatch", owner=True) as connection, connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        for first in range(0, orders, FILLED_AT_ONCE):
            cursor.execute("BEGIN")
            cursor.execute(FILL, values | {"first": first, "last": min(first + FILLED_AT_ONCE, orders) - 1})
            cursor.execute("COMMIT")
        for table in ("cases", "orders", "assignments", "order_journal", "in_hand"):
            cursor.execute(f"VACUUM (ANALYZE) {table}")
    workshop.say(f"  {orders:,} open orders after {time.monotonic() - began:.0f} s")


def _rules(town: TemporaryTown) -> dict[str, Any]:
    return yaml.safe_load((town.folder / "rules" / "normal.yaml").read_text(encoding="utf-8"))["dispatch"]


def _steps(town: TemporaryTown) -> dict[str, int]:
    """Numbers of the first step of the ladder, and of the first that hands the order over."""
    ladder = _rules(town)["ladder"]
    return {"first": ladder[0]["step"], "handing_over": next(s["step"] for s in ladder if s["measure"] == "escalate")}


def _terms(town: TemporaryTown) -> dict[str, str]:
    """Limits and ladder of an order of level P2 that starts now, by the rules of an ordinary day."""
    newest = "SELECT calendar, clock_timestamp() FROM calendars ORDER BY id DESC LIMIT 1"
    ((calendar, now),) = town.rows("dispatch", newest)
    made = terms(Rules.of(_rules(town)), Calendar.of(calendar), "P2", "complaint", "9999", None, now)
    return {name: json.dumps(document) for name, document in made.documents.items()}


def _look(town: TemporaryTown) -> float:
    """Milliseconds of the statement that finds what is due. Raises AssertionError unless it uses its index."""
    with town.database("dispatch") as connection, connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {SQL.lock_due_cases}", {"limit": AT_ONCE})
        (plan,) = cursor.fetchone()[0]
    used = list(_scans(plan["Plan"]))
    assert INDEX in used and "Seq Scan" not in used, f"the plan is {used}"
    return float(plan["Execution Time"])


def _scans(node: dict[str, Any]) -> Any:
    """Names of the indexes that a plan uses, and of the ways in which tables are read without one."""
    if "Scan" in node["Node Type"]:
        yield node.get("Index Name", node["Node Type"])
    for inner in node.get("Plans", ()):
        yield from _scans(inner)


def _sweep(town: TemporaryTown, due: int, replicas: int) -> float:
    """Steps a second while `due` of them wait, between the first few and the last."""
    with town.database("dispatch") as connection, connection.cursor() as cursor:
        cursor.execute(COME_DUE, _steps(town) | {"orders": due})
        town.start("dispatch", replicas=replicas, wait=False)
        times: dict[float, tuple[float, int]] = {}
        while ALL not in times:
            cursor.execute(LEFT)
            done, now = due - cursor.fetchone()[0], time.monotonic()
            for share in (FROM, TO, ALL):
                if done >= share * due:
                    times.setdefault(share, (now, done))
            time.sleep(0.05)
    for process in town.processes:
        process.kill()
    town.processes.clear()
    (first, some), (last, most) = times[FROM], times[TO]
    return (most - some) / max(last - first, 0.001)
