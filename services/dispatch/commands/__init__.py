"""Dispatch's own commands for administrators: a module for each concern, with its list of commands."""

from __future__ import annotations

from services.dispatch.commands import assignment
from shared.admin import Command

COMMANDS: list[Command] = [*assignment.COMMANDS]
