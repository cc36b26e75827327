"""Callback's unit of work: the only place that writes callback's tables, a module for each group of them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from services.callback.store.base import SQL, Row
from services.callback.store.calls import CallRows
from services.callback.store.cases import CaseRows
from services.callback.store.follow_ups import FollowUpRows
from services.callback.store.links import LinkRows
from services.callback.store.reference import ReferenceRows
from services.callback.store.sampling import SamplingRows
from services.callback.store.watch import WatchRows

__all__ = ["SQL", "OpenWork", "Row", "Work"]


class Work(CallRows, CaseRows, FollowUpRows, LinkRows, SamplingRows, WatchRows, ReferenceRows):
    """One transaction of callback."""


OpenWork = Callable[[], AbstractContextManager[Work]]
