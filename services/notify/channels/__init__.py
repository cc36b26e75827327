"""The ways out: a member's own queue; a source's webhook, or its feedback queue. Each way is a delivery."""

from services.notify.channels.queues import count, notice_event, send_notices, to_queues
from services.notify.channels.sending import FEEDBACK, send_feedback
from services.notify.channels.webhook import Answer, post

__all__ = [
    "FEEDBACK",
    "Answer",
    "count",
    "notice_event",
    "post",
    "send_feedback",
    "send_notices",
    "to_queues",
]
