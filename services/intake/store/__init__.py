"""Intake's unit of work: the only place that writes intake's tables, a module for each group of them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from services.intake.store.base import SQL
from services.intake.store.cases import CaseRows
from services.intake.store.feedback import FeedbackRows
from services.intake.store.persons import AuditRows, PersonRows
from services.intake.store.reference import Reference, ReferenceRows
from services.intake.store.register import RegisterRows
from services.intake.store.reports import ReportRows
from services.intake.store.sources import SourceRows

__all__ = ["SQL", "OpenWork", "Reference", "Work"]


class Work(SourceRows, ReferenceRows, ReportRows, CaseRows, FeedbackRows, PersonRows, AuditRows, RegisterRows):
    """One transaction of intake."""


OpenWork = Callable[[], AbstractContextManager[Work]]
