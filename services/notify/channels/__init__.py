"""The ways out: a member's own queue; a source's feedback queue or webhook; and every other channel, a file each, with
one protocol (protocol.py). Each way is a delivery."""

from services.notify.channels.feed import feed_event, say_feed
from services.notify.channels.protocol import Account, AsksForReceipts, Channel, Delivery, redacted
from services.notify.channels.queues import count, notice_event, send_notices, to_queues
from services.notify.channels.registry import RECEIPTS, channels
from services.notify.channels.sending import FEEDBACK, send_feedback
from services.notify.channels.web import Networks, Web
from services.notify.channels.webhook import Answer, post

__all__ = [
    "FEEDBACK",
    "RECEIPTS",
    "Account",
    "Answer",
    "AsksForReceipts",
    "Channel",
    "Delivery",
    "Networks",
    "Web",
    "channels",
    "count",
    "feed_event",
    "notice_event",
    "post",
    "redacted",
    "say_feed",
    "send_feedback",
    "send_notices",
    "to_queues",
]
