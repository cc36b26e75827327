"""Dispatch's own commands for administrators: a module for each concern, with its list of commands."""

from __future__ import annotations

from services.dispatch.commands import access, assignment, deadlines, duty, registry, scores, services
from shared.admin import Command

COMMANDS: list[Command] = [
    *deadlines.COMMANDS,
    *scores.COMMANDS,
    *access.COMMANDS,
    *duty.COMMANDS,
    *assignment.COMMANDS,
    *registry.COMMANDS,
    *services.COMMANDS,
]
