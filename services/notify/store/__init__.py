"""Notify's unit of work: the only place that writes notify's tables, a module for each group of them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from services.notify.store.accounts import AccountRows
from services.notify.store.base import SQL, Row
from services.notify.store.deliveries import DeliveryRows
from services.notify.store.feed import FeedRows
from services.notify.store.notices import NoticeRows, Place
from services.notify.store.pipeline import PipelineRows
from services.notify.store.silences import SilenceRows
from services.notify.store.subscriptions import SubscriptionRows
from services.notify.store.templates import TemplateRows, shipped
from services.notify.store.transitions import TransitionRows
from services.notify.store.unread import UnreadRows

__all__ = ["SQL", "OpenWork", "Place", "Row", "Work", "shipped"]


class Work(
    NoticeRows,
    AccountRows,
    DeliveryRows,
    TemplateRows,
    TransitionRows,
    SubscriptionRows,
    FeedRows,
    PipelineRows,
    SilenceRows,
    UnreadRows,
):
    """One transaction of notify."""


OpenWork = Callable[[], AbstractContextManager[Work]]
