"""Notify's commands for administrators, a file for each group of them."""

from __future__ import annotations

from services.notify.commands import channels, keys, routes, silences, uncertain

COMMANDS = [*keys.COMMANDS, *channels.COMMANDS, *uncertain.COMMANDS, *silences.COMMANDS, *routes.COMMANDS]
