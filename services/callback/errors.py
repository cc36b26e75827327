"""Errors of callback.

CallbackError
├── FollowUpUnknown    no follow-up has this id
├── CallUnknown        no call has this id
├── NotTaken           somebody else has the call in hand, or nobody has any more
└── NotOpen            it has ended: an answer was judged, its window is over, or the case has left the line

An answer that is not taken is no error but an outcome with its reason: `use_cases/answering.py`.
"""

from __future__ import annotations

from typing import Any


class CallbackError(Exception):
    """Base of what can go wrong in callback."""


class FollowUpUnknown(CallbackError):
    def __init__(self, follow_up_id: str):
        super().__init__(f"there is no follow-up {follow_up_id!r}: see GET /callback/follow-ups")


class CallUnknown(CallbackError):
    def __init__(self, call_id: str):
        super().__init__(f"there is no call {call_id!r}: take one with POST /callback/calls/take")


class NotTaken(CallbackError):
    """`by` is who has the call in hand, if anybody has."""

    def __init__(self, number: str, by: str | None):
        whose = f"{by!r} has it in hand" if by else "it has ended"
        super().__init__(f"the call about {number} is not yours: {whose}; take the next with POST /callback/calls/take")


class NotOpen(CallbackError):
    """`why` in words; `given` is what was answered, for whoever comes second."""

    def __init__(self, number: str, row: dict[str, Any], why: str):
        super().__init__(f"the follow-up of {number} in round {row['round']} is {row['state']}: {why}")
        self.given = {name: row[name] for name in ("solved", "satisfaction", "text", "answered_by") if row[name]}
