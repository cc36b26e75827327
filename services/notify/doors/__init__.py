"""The HTTP doors of notify: a request becomes the arguments of a view or a use case, errors become problems."""

from services.notify.doors.deliveries import get_channels, get_deliveries, get_delivery, post_settle
from services.notify.doors.listening import get_feed, get_feed_stream, get_notice_stream, get_notices
from services.notify.doors.page import get_notice_page, page_errors
from services.notify.doors.sent import get_sent
from services.notify.doors.silences import get_silences, post_end_silence, post_silence
from services.notify.doors.subscriptions import get_subscriptions, post_end_subscription, post_subscription

__all__ = [
    "get_channels",
    "get_deliveries",
    "get_delivery",
    "get_feed",
    "get_feed_stream",
    "get_notice_page",
    "get_notice_stream",
    "get_notices",
    "get_sent",
    "get_silences",
    "get_subscriptions",
    "page_errors",
    "post_end_silence",
    "post_end_subscription",
    "post_settle",
    "post_silence",
    "post_subscription",
]
