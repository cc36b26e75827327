"""Callback's read side: one function, one question. Nothing personal is shown."""

from __future__ import annotations

from typing import Any

from services.callback.store import SQL
from shared.observability.metrics import Gauge
from shared.outbox.unit_of_work import UnitOfWork


def follow_ups_due(work: UnitOfWork, limit: int) -> list[dict[str, Any]]:
    """The call list: urgent ones first, then the oldest."""
    return work.dicts(SQL.follow_ups_due, limit=limit)


def follow_ups_in_state(work: UnitOfWork, state: str | None, limit: int) -> list[dict[str, Any]]:
    return work.dicts(SQL.follow_ups_in_state, state=state, limit=limit)


def gauges(work: UnitOfWork) -> list[Gauge]:
    """Open follow-ups, and how long the oldest call has been waiting, for /metrics."""
    return [
        ("wangge_follow_ups_open", "Follow-ups that have not ended.", [], [([], work.one(SQL.count_open)[0])]),
        ("wangge_follow_ups_due_age_seconds", "Wait of the oldest due call.", [], [([], work.one(SQL.oldest_due)[0])]),
    ]
