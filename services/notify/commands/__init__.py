"""Notify's commands for administrators, a file for each group of them."""

from __future__ import annotations

from services.notify.commands import channels, keys, sent, uncertain

COMMANDS = [*keys.COMMANDS, *channels.COMMANDS, *sent.COMMANDS, *uncertain.COMMANDS]
