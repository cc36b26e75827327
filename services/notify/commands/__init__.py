"""The administrators' commands of notify, a module for each thing that they are about."""

from __future__ import annotations

from services.notify.commands import channels, keys, routes, sent, silences, subscriptions, templates, uncertain

COMMANDS = [
    *keys.COMMANDS,
    *channels.COMMANDS,
    *sent.COMMANDS,
    *templates.COMMANDS,
    *uncertain.COMMANDS,
    *subscriptions.COMMANDS,
    *silences.COMMANDS,
    *routes.COMMANDS,
]
