"""Dispatch's own commands for administrators: a module for each concern, with its list of commands."""

from __future__ import annotations

from services.dispatch.commands import (
    access,
    assignment,
    deadlines,
    duty,
    projects,
    registry,
    scores,
    services,
    supervision,
)
from shared.admin import Command

COMMANDS: list[Command] = [
    *deadlines.COMMANDS,
    *scores.COMMANDS,
    *supervision.COMMANDS,
    *access.COMMANDS,
    *duty.COMMANDS,
    *assignment.COMMANDS,
    *registry.COMMANDS,
    *projects.COMMANDS,
    *services.COMMANDS,
]
