"""Notify's commands for administrators, a file for each group of them."""

from __future__ import annotations

from services.notify.commands import channels, keys, routes, sent, silences, templates, uncertain

COMMANDS = [
    *keys.COMMANDS,
    *channels.COMMANDS,
    *sent.COMMANDS,
    *templates.COMMANDS,
    *uncertain.COMMANDS,
    *silences.COMMANDS,
    *routes.COMMANDS,
]
