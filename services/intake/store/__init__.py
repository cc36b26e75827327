"""Intake's unit of work: the only place that writes intake's tables, a module for each group of them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from services.intake.store.base import SQL
from services.intake.store.cases import CaseRows
from services.intake.store.doors import DoorRows
from services.intake.store.fairness import FairnessRows
from services.intake.store.feedback import FeedbackRows
from services.intake.store.groups import GroupRows
from services.intake.store.imports import ImportRows
from services.intake.store.keeping_up import KeepingUpRows
from services.intake.store.life import LifeRows
from services.intake.store.media import MediaRows
from services.intake.store.open311 import Open311Rows
from services.intake.store.persons import AuditRows, PersonRows
from services.intake.store.reference import Reference, ReferenceRows
from services.intake.store.register import RegisterRows
from services.intake.store.reports import ReportRows
from services.intake.store.sources import SourceRows
from services.intake.store.understanding import UnderstandingRows

__all__ = ["SQL", "OpenWork", "Reference", "Work"]


class Work(
    SourceRows,
    ReferenceRows,
    UnderstandingRows,
    ReportRows,
    CaseRows,
    LifeRows,
    FeedbackRows,
    GroupRows,
    MediaRows,
    Open311Rows,
    KeepingUpRows,
    DoorRows,
    FairnessRows,
    ImportRows,
    PersonRows,
    AuditRows,
    RegisterRows,
):
    """One transaction of intake."""


OpenWork = Callable[[], AbstractContextManager[Work]]
