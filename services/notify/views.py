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


def channels(work: UnitOfWork) -> list[dict[str, Any]]:
    """Every account: what waits there, since when, and why nothing goes. Nothing secret, and no address."""
    return work.dicts(SQL.account_states)


def deliveries(
    work: UnitOfWork, state: str | None, person: str | None, number: str | None, before: str | None, limit: int
) -> list[dict[str, Any]]:
    """The newest first; `before`: only those before this id."""
    about = {"state": state, "person": person, "number": number, "before": before}
    return work.dicts(SQL.deliveries_listed, **about, limit=limit)


def delivery(work: UnitOfWork, delivery_id: str) -> dict[str, Any] | None:
    """One delivery, its attempts, and the other channels on which the same thing was said."""
    found = work.dicts(SQL.delivery_by_id, id=delivery_id)
    if not found:
        return None
    attempts, steps = (work.dicts(query, id=delivery_id) for query in (SQL.attempts_of, SQL.steps_of))
    return found[0] | {"history": attempts, "steps": steps}


def subscriptions(
    work: UnitOfWork,
    kind: str | None,
    receiver: str | None,
    in_force: bool,
    before: str | None,
    limit: int,
    area: str | None = None,
    own: str | None = None,
) -> list[dict[str, Any]]:
    """Who has subscribed to what, the newest first; with an `area`, only what lies in it or is somebody's `own`."""
    about = {"kind": kind, "receiver": receiver, "in_force": in_force, "before": before, "area": area, "own": own}
    return work.dicts(SQL.subscriptions_listed, **about, limit=limit)


def gauges(work: UnitOfWork) -> list[Gauge]:
    """What has not arrived yet."""
    return _feedback(work) + _deliveries(work) + _feed(work)


def _feed(work: UnitOfWork) -> list[Gauge]:
    """What is kept for those who come back, and who has subscribed."""
    kept, age = work.one(SQL.feed_state)
    systems = work.all(SQL.count_systems)
    return [
        ("wangge_feed_kept_events", "Events of the feed that are kept.", [], [([], kept)]),
        ("wangge_feed_oldest_age_seconds", "Age of the oldest of them.", [], [([], age)]),
        ("wangge_subscriptions", "Subscriptions in force.", [], [([], work.one(SQL.total_subscriptions)[0])]),
        (
            "wangge_feed_systems",
            "Outside systems that have subscribed, by the way on which they hear.",
            ["way"],
            [([way], count) for way, count in systems],
        ),
    ]


def _deliveries(work: UnitOfWork) -> list[Gauge]:
    """What waits for its channel or is uncertain, and how long the oldest that waits has been waiting."""
    rows = work.all(SQL.count_deliveries)
    ages = [([channel], age) for channel, state, _, age in rows if state == "created"]
    return [
        (
            "wangge_channel_deliveries",
            "Deliveries on channels that wait (created), are under way (sending, accepted) or uncertain.",
            ["channel", "state"],
            [([channel, state], count) for channel, state, count, _ in rows],
        ),
        ("wangge_channel_deliveries_oldest_age_seconds", "Age of what has waited longest.", ["channel"], ages),
    ]


def _feedback(work: UnitOfWork) -> list[Gauge]:
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
