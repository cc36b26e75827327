"""Intake's own commands for administrators: a module for each concern, with its list of commands."""

from __future__ import annotations

from services.intake.commands import open311
from shared.admin import Command

COMMANDS: list[Command] = [*open311.COMMANDS]
