"""Dispatch's unit of work: the only place that writes dispatch's tables, a module for each group of them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from services.dispatch.store.access import AccessRows
from services.dispatch.store.base import SQL, Row
from services.dispatch.store.cases import CaseRows
from services.dispatch.store.commands import CommandRows
from services.dispatch.store.duty import DutyRows
from services.dispatch.store.leaves import LeaveRows
from services.dispatch.store.orders import OrderRows
from services.dispatch.store.projects import ProjectRows
from services.dispatch.store.redating import RedatingRows
from services.dispatch.store.reference import ReferenceRows
from services.dispatch.store.registry import RegistryRows
from services.dispatch.store.scores import ScoreRows
from services.dispatch.store.services import ServiceRows
from services.dispatch.store.supervision import SupervisionRows

__all__ = ["SQL", "OpenWork", "Row", "Work"]


class Work(
    CaseRows,
    OrderRows,
    CommandRows,
    ReferenceRows,
    RedatingRows,
    ScoreRows,
    AccessRows,
    DutyRows,
    LeaveRows,
    RegistryRows,
    ProjectRows,
    SupervisionRows,
    ServiceRows,
):
    """One transaction of dispatch."""


OpenWork = Callable[[], AbstractContextManager[Work]]
