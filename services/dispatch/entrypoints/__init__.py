"""Dispatch's entrypoints, a class for each concern; service.py puts them together. Each hands over in one statement."""

from services.dispatch.entrypoints.projects import Projects

__all__ = ["Projects"]
