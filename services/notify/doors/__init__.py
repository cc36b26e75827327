"""The HTTP doors of notify: a request becomes the arguments of a view or a use case, errors become problems."""

from services.notify.doors.deliveries import get_channels, get_deliveries, get_delivery, post_settle
from services.notify.doors.listening import get_feed, get_feed_stream, get_notice_stream, get_notices
from services.notify.doors.subscriptions import get_subscriptions, post_end_subscription, post_subscription

__all__ = [
    "get_channels",
    "get_deliveries",
    "get_delivery",
    "get_feed",
    "get_feed_stream",
    "get_notice_stream",
    "get_notices",
    "get_subscriptions",
    "post_end_subscription",
    "post_settle",
    "post_subscription",
]
