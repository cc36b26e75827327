"""How long a case waits for others: for the reporter's answer, for another platform."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

_SECONDS = {"second": 1, "minute": 60, "emergency_hour": 3600, "day": 86400}  # units of the clock on the wall
WAITS = ("information", "transfer")


@dataclass(frozen=True)
class Waits:
    """The part `waits` of intake's section of a rule set; without it, the defaults of the field."""

    information: dt.timedelta = dt.timedelta(days=5)
    transfer: dt.timedelta = dt.timedelta(days=14)

    @classmethod
    def of(cls, section: dict[str, Any]) -> Waits:
        """Raises ValueError for a wait that the clock on the wall cannot measure."""
        return cls(**{name: duration(text) for name, text in (section.get("waits") or {}).items()})


def duration(text: str) -> dt.timedelta:
    """`5 day`, `3 second`. Raises ValueError."""
    count, _, unit = text.partition(" ")
    if unit not in _SECONDS or not count.isdigit():
        raise ValueError(f"intake.waits: {text!r} must be a whole number and one of {', '.join(_SECONDS)}")
    return dt.timedelta(seconds=int(count) * _SECONDS[unit])
