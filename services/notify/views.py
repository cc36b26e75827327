"""Notify's read side: one function, one question."""

from __future__ import annotations

from typing import Any

from services.notify.channels import notice_event
from services.notify.store import SQL
from shared.observability.metrics import Gauge
from shared.outbox.unit_of_work import UnitOfWork


def notices_after(work: UnitOfWork, member: str, after: int, limit: int) -> dict[str, Any]:
    """What a member has been told after a notice, in order; `last` is the number of the newest there is."""
    rows = work.dicts(SQL.notices_after, member=member, after=after, limit=limit)
    notices = [notice_event(row, work.address).data | {"id": row["id"], "at": row["created_at"]} for row in rows]
    return {"notices": notices, "last": work.one(SQL.last_notice, member=member)[0]}


def gauges(work: UnitOfWork) -> list[Gauge]:
    """Feedback that is on its way, by source, and how long the oldest has been waiting."""
    rows = work.all(SQL.count_feedback)
    oldest = max((age for _, _, _, age in rows), default=0.0)
    return [
        (
            "wangge_feedback_undelivered",
            "Feedback that its source's queue has not taken yet, by source and state.",
            ["source", "state"],
            [([source, state], count) for source, state, count, _ in rows],
        ),
        ("wangge_feedback_undelivered_oldest_age_seconds", "Age of the oldest of them.", [], [([], oldest)]),
    ]
