"""How long what persons have told is kept after their case has ended: by category, as the town's rule set says."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

DEFAULT = "3 year"
_DURATION = re.compile(r"([1-9]\d{0,3}) (day|month|year)")
_DAYS = {"day": 1, "month": 30, "year": 365}


@dataclass(frozen=True)
class Retention:
    """The section `intake.retention` of a rule set: a duration for each category that has its own, and `otherwise`."""

    otherwise: str = DEFAULT
    by_category: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, section: dict[str, Any]) -> Retention:
        """Raises ValueError for what is no duration, so that nothing is forgotten by mistake."""
        found = cls(section.get("otherwise", DEFAULT), dict(section.get("categories") or {}))
        for duration in (found.otherwise, *found.by_category.values()):
            _days(duration)
        return found

    @property
    def shortest(self) -> str:
        return min((self.otherwise, *self.by_category.values()), key=_days)


def _days(duration: str) -> int:
    match = _DURATION.fullmatch(str(duration))
    if match is None:
        raise ValueError(f"intake.retention: {duration!r} must be a whole number and day, month or year, e.g. 3 year")
    return int(match[1]) * _DAYS[match[2]]
