"""Follow-ups by state."""

from __future__ import annotations

from typing import Any

from services.callback.store import SQL
from shared.outbox.unit_of_work import UnitOfWork


def follow_ups_in_state(work: UnitOfWork, state: str | None, limit: int) -> list[dict[str, Any]]:
    return work.dicts(SQL.follow_ups_in_state, state=state, limit=limit)


def explained(work: UnitOfWork, number: str) -> list[dict[str, Any]]:
    """Every round of a case: whether and why its reporter was asked, and what was answered."""
    return work.dicts(SQL.explained, number=number)
