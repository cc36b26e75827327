"""What the board hears: everything, kept as it came. It says nothing."""

from __future__ import annotations

from shared.messaging.message import Message


class Anything(Message):
    """Any message of any service."""

    TYPE = "*"
