"""Sessions for readers, and for metrics."""

from __future__ import annotations

from typing import Any

from services.dispatch.store import SQL
from shared.observability.metrics import Gauge
from shared.outbox.unit_of_work import UnitOfWork


def sessions(work: UnitOfWork, member: str | None, limit: int) -> list[dict[str, Any]]:
    """Open sessions, the newest first."""
    return work.dicts(SQL.sessions, member=member, limit=limit)


def access_journal(work: UnitOfWork, member: str | None, limit: int) -> list[dict[str, Any]]:
    """What happened to somebody's access, the newest first."""
    return work.dicts(SQL.access_journal, member=member, limit=limit)


def access_gauges(work: UnitOfWork) -> list[Gauge]:
    """Who is signed in, and what became of the tries of the last hour."""
    rows = work.all(SQL.count_sessions)
    by = {kind: [([name], n) for k, name, n in rows if k == kind] for kind in ("sessions", "hour")}
    return [
        ("wangge_sessions_open", "Open sessions of members, by the way of signing in.", ["via"], by["sessions"]),
        ("wangge_access_last_hour", "What the access journal has of the last hour.", ["what"], by["hour"]),
    ]
