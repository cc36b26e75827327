"""Dispatch's entrypoints, a class for each concern; service.py puts them together. Each hands over in one statement."""

from services.dispatch.entrypoints.access import Access
from services.dispatch.entrypoints.duty import Duty
from services.dispatch.entrypoints.line import Line
from services.dispatch.entrypoints.orders import Orders
from services.dispatch.entrypoints.projects import Projects
from services.dispatch.entrypoints.registry import Registry
from services.dispatch.entrypoints.scores import Scores
from services.dispatch.entrypoints.services import Services
from services.dispatch.entrypoints.supervision import Supervision

__all__ = ["Access", "Duty", "Line", "Orders", "Projects", "Registry", "Scores", "Services", "Supervision"]
