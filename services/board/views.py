"""The board's read side: one function, one question."""

from __future__ import annotations

from typing import Any

from services.board.store import SQL
from shared.outbox.unit_of_work import UnitOfWork

MOST = 1_000  # messages of a timeline


def case_by_number(work: UnitOfWork, number: str, area: str | None) -> dict[str, Any] | None:
    """A case with everything that was said about it, or None; `area`: only if it lies there."""
    known = work.dicts(SQL.case_by_number, number=number, area=area)
    timeline = work.dicts(SQL.timeline, number=number, limit=MOST) if known or area is None else []
    if not timeline:
        return None
    return (known[0] if known else {"number": number}) | {"timeline": timeline}


def totals(work: UnitOfWork, area: str | None) -> dict[str, Any]:
    """Cases by state and level, by source, by grid; `area`: only of those that lie there."""
    return {
        "by_state": work.dicts(SQL.totals_by_state, area=area),
        "by_source": work.dicts(SQL.totals_by_source, area=area),
        "by_grid": work.dicts(SQL.totals_by_grid, area=area),
    }
