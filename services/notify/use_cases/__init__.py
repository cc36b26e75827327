"""What notify does. One function is one transaction, written for a list: gather, decide, record."""

from services.notify.use_cases.accounts import forget_buckets, reseal_channels, set_accounts
from services.notify.use_cases.delivering import BY_HAND, deliver, settle_by_hand, supersede
from services.notify.use_cases.engine import Engine
from services.notify.use_cases.explaining import explain
from services.notify.use_cases.feeding_back import feed_back, settle
from services.notify.use_cases.linking import OPEN, OVER, Opened, Pages, open_notice
from services.notify.use_cases.listening import Live, Missed, cut_of
from services.notify.use_cases.noticing import keep_members, notice_answers, notice_projects, notice_work
from services.notify.use_cases.pipeline import Pipeline
from services.notify.use_cases.piping import check_rules, forget_notifications, pipe
from services.notify.use_cases.reaching import tell_reporters
from services.notify.use_cases.reading import have_read, hear_members
from services.notify.use_cases.silencing import add_silence, end_silence
from services.notify.use_cases.subscribing import Asked, Mistaken, asked_of, end_subscription, subscribe
from services.notify.use_cases.telling import Subscribers, forget_feed
from services.notify.use_cases.transitions import explain_case, hear_transitions, keep_areas
from services.notify.use_cases.unread import escalate_unread, forget_acts
from services.notify.use_cases.webhooks import keep_sources, send_webhooks
from services.notify.use_cases.wording import draft_words, publish_words, roll_back_words

__all__ = [
    "BY_HAND",
    "OPEN",
    "OVER",
    "Asked",
    "Engine",
    "Live",
    "Missed",
    "Mistaken",
    "Opened",
    "Pages",
    "Pipeline",
    "Subscribers",
    "add_silence",
    "asked_of",
    "check_rules",
    "cut_of",
    "deliver",
    "draft_words",
    "end_silence",
    "end_subscription",
    "escalate_unread",
    "explain",
    "explain_case",
    "feed_back",
    "forget_acts",
    "forget_buckets",
    "forget_feed",
    "forget_notifications",
    "have_read",
    "hear_members",
    "hear_transitions",
    "keep_areas",
    "keep_members",
    "keep_sources",
    "notice_answers",
    "notice_projects",
    "notice_work",
    "open_notice",
    "pipe",
    "publish_words",
    "reseal_channels",
    "roll_back_words",
    "send_webhooks",
    "set_accounts",
    "settle",
    "settle_by_hand",
    "subscribe",
    "supersede",
    "tell_reporters",
]
