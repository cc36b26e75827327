"""Intake's unit of work: the only place that writes intake's tables, a module for each group of them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from services.intake.store.base import SQL
from services.intake.store.cases import CaseRows
from services.intake.store.doors import DoorRows
from services.intake.store.fairness import FairnessRows
from services.intake.store.feedback import FeedbackRows
from services.intake.store.imports import ImportRows
from services.intake.store.keeping_up import KeepingUpRows
from services.intake.store.reference import Reference, ReferenceRows
from services.intake.store.reports import ReportRows
from services.intake.store.sources import SourceRows

__all__ = ["SQL", "OpenWork", "Reference", "Work"]


class Work(
    SourceRows, ReferenceRows, ReportRows, CaseRows, FeedbackRows, KeepingUpRows, DoorRows, FairnessRows, ImportRows
):
    """One transaction of intake."""


OpenWork = Callable[[], AbstractContextManager[Work]]
