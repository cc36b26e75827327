"""What is counted about deliveries. By channel: accounts and people are no labels."""

from __future__ import annotations

from collections import Counter as Count
from collections.abc import Iterable

from prometheus_client import Counter, Histogram

WAITS = (0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800, 3600)

deliveries = Counter(
    "wangge_deliveries_total", "Attempts to reach somebody, by channel and outcome.", ["channel", "outcome"]
)
delivery_seconds = Histogram(
    "wangge_delivery_duration_seconds",
    "Time from when something could have been sent until it was delivered.",
    ["channel"],
    buckets=WAITS,
)
limit_hits = Counter(
    "wangge_channel_limit_hits_total",
    "Times that something had to wait for a limit, by channel and whose it was: account, target, text; or provider, "
    "when the provider itself has said that it was too much.",
    ["channel", "limit"],
)
stale = Counter("wangge_deliveries_stale_total", "Outcomes that came after somebody else had taken the delivery over.")

notifications = Counter(
    "wangge_notifications_total",
    "What the pipeline has decided about notifications, and why in a word; what is held is decided about again.",
    ["outcome", "why"],
)
group_sizes = Histogram(
    "wangge_notification_group_size",
    "Notifications that went out as one message.",
    buckets=(1, 2, 3, 5, 10, 20, 50, 100, 500),
)


unread_steps = Counter(
    "wangge_unread_steps_total", "Steps taken about notices that nobody has read: next_channel, leader.", ["measure"]
)
unread_ended = Counter(
    "wangge_unread_ended_total",
    "Notices that are not watched any more, by why: read, acted, taken_away, case_over, expired; or all_done, when "
    "every step was taken and nobody has read it.",
    ["why"],
)


def count(ended: Iterable[tuple[str | None, str]]) -> None:
    """Channel and outcome of deliveries that have come to an end."""
    for (channel, outcome), number in Count(ended).items():
        deliveries.labels(channel or "none", outcome).inc(number)


feed = Counter(
    "wangge_feed_events_total", "Transitions that somebody has subscribed to, by transition.", ["transition"]
)
cut = Counter("wangge_feed_cuts_total", "Listeners who came back too late to be given everything that they had missed.")


def fed(transitions: Iterable[str]) -> None:
    """Names of the transitions that are in the feed now."""
    for name, number in Count(transitions).items():
        feed.labels(name).inc(number)
