"""What operators watch."""

from __future__ import annotations

from typing import Any

from services.dispatch.store import SQL
from services.dispatch.views.access import access_gauges
from services.dispatch.views.duty import duty_gauges
from services.dispatch.views.projects import project_gauges
from services.dispatch.views.scores import score_gauges
from services.dispatch.views.services import service_gauges
from services.dispatch.views.supervision import supervision_gauges
from shared.observability.metrics import Gauge
from shared.outbox.unit_of_work import UnitOfWork


def gauges(work: UnitOfWork) -> list[Gauge]:
    """What waits, where, how long; how far the calendar reaches; how well the work is done."""
    counts = work.all(SQL.count_orders)
    unassigned, in_grids, at_desk = work.one(SQL.oldest_waiting)
    known = work.one(SQL.calendar_known)
    late = [(["acknowledge", level], n) for _, level, _, n, _ in counts if n]
    late += [(["resolve", level], sum(row[4] for row in counts if row[1] == level)) for level in _levels(counts)]
    return [
        (
            "wangge_orders",
            "Work orders that are not closed, by state and level.",
            ["state", "level"],
            [([state, level], n) for state, level, n, _, _ in counts],
        ),
        ("wangge_orders_overdue", "Open work orders that are too late, by limit and level.", ["limit", "level"], late),
        (
            "wangge_cases_unassigned_oldest_age_seconds",
            "Age of the oldest case that nobody could be given yet.",
            [],
            [([], unassigned)],
        ),
        (
            "wangge_orders_unacknowledged_oldest_age_seconds",
            "Age of the oldest order that nobody has acknowledged, in grids and at the desk.",
            ["at"],
            [(["grid"], in_grids), (["desk"], at_desk)],
        ),
        (
            "wangge_calendar_known_seconds",
            "Time until the calendar knows no more holidays.",
            [],
            [([], known[0])] if known else [],
        ),
        *score_gauges(work),
        *access_gauges(work),
        *duty_gauges(work),
        *project_gauges(work),
        *supervision_gauges(work),
        *service_gauges(work),
    ]


def _levels(counts: list[tuple[Any, ...]]) -> list[str]:
    return sorted({row[1] for row in counts if row[4]})
