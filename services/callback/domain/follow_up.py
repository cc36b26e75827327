"""Is the reporter of a case asked whether it is solved, when, and for how long? Always with the reason.

Practice of Chinese cities: all complaints and reports, all urgent matters, and a sample of the rest; on the next
working day after the check. Which, and how many, is the town's rule set.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any

from services.callback.domain.calendar import Calendar
from services.callback.domain.words import both

AT_ONCE, NEXT_WORKING_DAY = "at_once", "next_working_day"
_SECONDS = {"second": 1, "minute": 60, "emergency_hour": 3600, "day": 86400}  # units of the clock on the wall


@dataclass(frozen=True)
class Rules:
    """The section `callback` of a rule set; without one, the defaults of the field."""

    kinds: frozenset[str] = frozenset({"complaint", "report"})
    levels: frozenset[str] = frozenset({"P1", "P2"})
    sample_percent: int = 10
    when: str = NEXT_WORKING_DAY
    attempts: int = 3
    window: dt.timedelta = dt.timedelta(days=14)
    dissatisfied_is_rework: bool = True
    services: bool = True  # whoever orders a service confirms it

    @classmethod
    def of(cls, section: dict[str, Any]) -> Rules:
        """Raises ValueError for a window that the clock on the wall cannot measure."""
        if not section:
            return cls()
        ask = section["ask"]
        return cls(
            frozenset(ask["kinds"]),
            frozenset(ask["levels"]),
            ask["sample_percent"],
            section["when"],
            section["attempts"],
            duration(section["window"]),
            section["dissatisfied_is_rework"],
            ask.get("services", True),
        )


@dataclass(frozen=True)
class Case:
    """What the rule needs to know of a case. `reachable`: there is a contact, and the reporter is not anonymous;
    `ordered`: it orders an item of the town's service list."""

    number: str
    kind: str
    level: str
    asks_reporter: bool
    reported_by: str | None
    reachable: bool
    ordered: bool = False


@dataclass(frozen=True)
class Decision:
    """Whether the reporter is asked, and why (not)."""

    asked: bool
    why: str


def decide(case: Case, rules: Rules) -> Decision:
    """Who cannot be asked is waived first; then kind, level and sample say who is asked."""
    place = sample_place(case.number)
    if case.reported_by or not case.asks_reporter:
        return Decision(False, both("巡查或设备上报,无须回访", "found by a member or a machine: nobody to ask"))
    if not case.reachable:
        return Decision(False, both("匿名或无联系方式", "anonymous, or no way to reach the reporter"))
    if case.ordered and rules.services:
        return Decision(True, both("服务事项须由居民确认", "whoever orders a service confirms it"))
    if case.level in rules.levels:
        return Decision(True, both(f"{case.level} 级必访", f"every {case.level} is asked"))
    if case.kind in rules.kinds:
        return Decision(True, both(f"此类诉求({case.kind})必访", f"every {case.kind} is asked"))
    sample = f"{place}/100, {rules.sample_percent} %"
    if place < rules.sample_percent:
        return Decision(True, both(f"抽样回访({sample})", f"in the sample ({sample})"))
    return Decision(False, both(f"未抽中({sample})", f"not in the sample ({sample})"))


def sample_place(number: str) -> int:
    """Where a case stands among a hundred, 0 to 99: always the same for the same number, and nobody can choose it."""
    return int.from_bytes(hashlib.sha256(number.encode()).digest()[:8]) % 100


def due(rules: Rules, calendar: Calendar, now: dt.datetime) -> dt.datetime:
    """From when on the reporter is asked, if the work was verified at `now`."""
    return now if rules.when == AT_ONCE else calendar.next_working_day(now)


def duration(text: str) -> dt.timedelta:
    """`14 day`, `120 second`. Raises ValueError."""
    count, _, unit = text.partition(" ")
    if unit not in _SECONDS or not count.isdigit():
        raise ValueError(f"callback.window {text!r} must be a whole number and one of {', '.join(_SECONDS)}")
    return dt.timedelta(seconds=int(count) * _SECONDS[unit])
