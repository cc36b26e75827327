"""Follow-ups by state."""

from __future__ import annotations

from typing import Any

from services.callback.store import SQL
from shared.outbox.unit_of_work import UnitOfWork

STATES = ("open", "answered", "waived", "expired")
TO_LOOK_AT = "to_look_at"


def follow_ups(work: UnitOfWork, state: str | None, number: str | None, limit: int) -> list[dict[str, Any]]:
    """In one of STATES, or waiting for the desk to look at the demand behind them (TO_LOOK_AT)."""
    return work.dicts(SQL.follow_ups, state=state, number=number, limit=limit)


def explained(work: UnitOfWork, number: str) -> list[dict[str, Any]]:
    """Every round of a case: whether and why its reporter was asked, and what was answered."""
    return work.dicts(SQL.explained, number=number)
