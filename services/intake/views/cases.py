"""Cases, for readers and for metrics."""

from __future__ import annotations

from typing import Any

from services.intake.store import SQL
from shared.observability.metrics import Gauge
from shared.outbox.unit_of_work import UnitOfWork


def case_by_number(work: UnitOfWork, number: str) -> dict[str, Any] | None:
    """A case with its history and its reports, or None."""
    found = work.dicts(SQL.case_by_number, number=number)
    if not found:
        return None
    case = found[0]
    case_id = case.pop("id")
    return case | {
        "history": work.dicts(SQL.history_of_case, id=case_id),
        "reports": work.dicts(SQL.reports_of_case, id=case_id),
    }


def cases_in_state(work: UnitOfWork, state: str | None, source: str | None, limit: int) -> list[dict[str, Any]]:
    return work.dicts(SQL.cases_in_state, state=state, source=source, limit=limit)


def gauges(work: UnitOfWork) -> list[Gauge]:
    """Cases that have not ended, for /metrics."""
    rows = work.all(SQL.count_cases)
    return [
        (
            "wangge_cases",
            "Cases that have not ended, by state and level.",
            ["state", "level"],
            [([s, lv], n) for s, lv, n in rows],
        )
    ]
