"""Supervision for readers: what has a colour, what followed, points of units, and whether anything is forgotten."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

from services.dispatch.domain.access import Scope
from services.dispatch.store import SQL, Work
from shared.observability.metrics import Gauge
from shared.outbox.unit_of_work import UnitOfWork

LISTED = {"letters": "letter", "public_notices": "public_notice", "problem_cases": "problem_case"}
OF_INTERVIEWS = ("interview_id", "state", "held_on", "held_by", "note", "decided_by", "decided_at")


def supervision(work: UnitOfWork, reach: Scope, limit: int) -> dict[str, Any]:
    """Open orders with a colour, and letters, public notices and problem cases, the newest of each."""
    found = {"orders": work.dicts(SQL.coloured_orders, limit=limit, **_within(reach))}
    for name, measure in LISTED.items():
        rows = work.dicts(SQL.measures, measures=[measure], state=None, limit=limit, **_within(reach))
        found[name] = [{key: value for key, value in row.items() if key not in OF_INTERVIEWS} for row in rows]
    return found


def interviews(work: UnitOfWork, state: str | None, limit: int) -> list[dict[str, Any]]:
    """Interviews in one state or in any, the newest first."""
    everything = {"everything": True, "area": None}
    rows = work.dicts(SQL.measures, measures=["interview"], state=state, limit=limit, **everything)
    return [{("interview_id" if key == "measure_id" else key): value for key, value in row.items()} for row in rows]


def points(
    work: UnitOfWork, since: str, until: str, unit: str | None, reach: Scope, limit: int
) -> list[dict[str, Any]]:
    """What units have got or lost, month by month, each with the newest of the rows behind it."""
    asked = {"since": since, "until": until, "unit": unit} | _within(reach)
    behind: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in work.dicts(SQL.reasons_of_points, limit=limit, **asked):
        behind[row.pop("month"), row.pop("unit")].append(row)
    return [row | {"rows": behind[row["month"], row["unit"]]} for row in work.dicts(SQL.points_of_units, **asked)]


def audit(work: Work, grace: dt.timedelta, limit: int) -> dict[str, Any]:
    """When it was last looked, and the open orders that have no next step in time at this moment."""
    last = work.one(SQL.last_audit)
    orders = work.orders_without_next_step(grace, limit)
    without = orders[0]["all_of_them"] if orders else 0
    shown = [{name: value for name, value in row.items() if name != "all_of_them"} for row in orders]
    return {"audited_at": last[0] if last else None, "without_next_step": without, "orders": shown}


def supervision_gauges(work: UnitOfWork) -> list[Gauge]:
    at, without, proposed, behind = work.one(SQL.supervision_gauges)
    return [
        ("wangge_orders_without_next_step", "Open orders that had no next step in time.", [], [([], without)]),
        (
            "wangge_orders_audited_timestamp_seconds",
            "When it was last looked whether every open order has a next step.",
            [],
            [([], at)],
        ),
        ("wangge_interviews_proposed", "Interviews that wait to be held or dropped.", [], [([], proposed)]),
        (
            "wangge_supervision_behind_seconds",
            "Age of the oldest card, failed check, rework or transfer that has not been judged in time.",
            [],
            [([], behind)],
        ),
    ]


def _within(reach: Scope) -> dict[str, Any]:
    return {"everything": reach.everything, "area": reach.area}
