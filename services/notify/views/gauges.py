"""What has not arrived yet, and who listens: for metrics."""

from __future__ import annotations

from services.notify.store import SQL
from shared.observability.metrics import Gauge
from shared.outbox.unit_of_work import UnitOfWork


def gauges(work: UnitOfWork) -> list[Gauge]:
    """What has not arrived yet."""
    return _feedback(work) + _deliveries(work) + _notifications(work) + _unread(work) + _feed(work)


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


def _notifications(work: UnitOfWork) -> list[Gauge]:
    """What waits in the pipeline, and how late the pipeline is."""
    rows = work.all(SQL.count_notifications)
    return [
        (
            "wangge_notifications",
            "Notifications that wait, by state and why: held for a group, quiet hours or a digest, silenced.",
            ["state", "why"],
            [([state, why], count) for state, why, count, _ in rows],
        ),
        (
            "wangge_notifications_oldest_due_seconds",
            "How long the oldest notification that is due has been waiting to be looked at.",
            [],
            [([], max((late for _, _, _, late in rows), default=0.0))],
        ),
    ]


def _unread(work: UnitOfWork) -> list[Gauge]:
    """What is watched because nobody has read it yet, and for how long the oldest of it has been."""
    rows = work.all(SQL.count_unread)
    return [
        (
            "wangge_unread_notices",
            "Notices that ask for something, are watched, and have not been read, by level.",
            ["level"],
            [([level], count) for level, count, _ in rows],
        ),
        ("wangge_unread_notices_oldest_age_seconds", "Age of the oldest.", ["level"], [([lv], a) for lv, _, a in rows]),
    ]


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
