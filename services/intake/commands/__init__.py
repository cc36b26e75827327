"""Intake's own commands for administrators: a module for each concern, with its list of commands."""

from __future__ import annotations

from services.intake.commands import catalogue, doors, open311, personal, rules, sources
from shared.admin import Command

COMMANDS: list[Command] = [
    *catalogue.COMMANDS,
    *doors.COMMANDS,
    *open311.COMMANDS,
    *personal.COMMANDS,
    *rules.COMMANDS,
    *sources.COMMANDS,
]
