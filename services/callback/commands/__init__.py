"""Callback's own commands for administrators."""

from services.callback.commands.figures import COMMANDS as FIGURES
from services.callback.commands.follow_ups import COMMANDS as FOLLOW_UPS

COMMANDS = [*FOLLOW_UPS, *FIGURES]
