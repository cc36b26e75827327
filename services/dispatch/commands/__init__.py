"""Dispatch's own commands for administrators: a module for each concern, with its list of commands."""

from __future__ import annotations

from services.dispatch.commands import registry
from shared.admin import Command

COMMANDS: list[Command] = [*registry.COMMANDS]
