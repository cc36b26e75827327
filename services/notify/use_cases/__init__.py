"""What notify does. One function is one transaction, written for a list: gather, decide, record."""

from services.notify.use_cases.feeding_back import feed_back, settle
from services.notify.use_cases.noticing import catch_up, keep_members, notice_answers, notice_projects, notice_work
from services.notify.use_cases.webhooks import keep_sources, send_webhooks

__all__ = [
    "catch_up",
    "feed_back",
    "keep_members",
    "keep_sources",
    "notice_answers",
    "notice_projects",
    "notice_work",
    "send_webhooks",
    "settle",
]
