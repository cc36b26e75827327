"""Durations of the clock on the wall, as rule sets write them: `30 second`, `12 emergency_hour`."""

from __future__ import annotations

import datetime as dt
import re

UNITS = {"second": 1, "minute": 60, "emergency_hour": 3600, "day": 86400}
_FORM = re.compile(r"(\d{1,7}) (second|minute|emergency_hour|day)")


def duration(text: str) -> dt.timedelta:
    """Raises ValueError."""
    found = _FORM.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is no duration")
    return dt.timedelta(seconds=int(found[1]) * UNITS[found[2]])
