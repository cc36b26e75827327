"""How long something may take: durations in clock units of the field, and which of several limits is the strictest.

second, minute, day: the clock on the wall. emergency_hour (紧急工作时): an hour, day and night. working_hour (工作时),
working_day (工作日): by the town's calendar. Level, kind and category may each set a limit; the strictest applies.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.dispatch.domain.calendar import Calendar

HOUR = dt.timedelta(hours=1)
WALL = {
    "second": dt.timedelta(seconds=1),
    "minute": dt.timedelta(minutes=1),
    "emergency_hour": HOUR,
    "day": dt.timedelta(days=1),
}
WORKING = ("working_hour", "working_day")
CHINESE = {
    "second": "秒",
    "minute": "分钟",
    "emergency_hour": "紧急工作时",
    "day": "天",
    "working_hour": "工作时",
    "working_day": "工作日",
}


@dataclass(frozen=True)
class Duration:
    """So many of a unit, for example 4 working_hour."""

    amount: float
    unit: str

    @classmethod
    def read(cls, text: str) -> Duration:
        """Raises ValueError for what is no `<number> <unit>`."""
        amount, _, unit = text.partition(" ")
        if not amount.isdigit() or (unit not in WALL and unit not in WORKING):
            raise ValueError(f"{text!r} is no duration: write a whole number and one of {', '.join((*WALL, *WORKING))}")
        return cls(int(amount), unit)

    def __str__(self) -> str:
        return f"{self.amount:g} {self.unit}"

    @property
    def zh(self) -> str:
        return f"{self.amount:g} {CHINESE[self.unit]}"

    @property
    def en(self) -> str:
        return f"{self.amount:g} {self.unit.replace('_', ' ')}{'' if self.amount == 1 else 's'}"

    def share(self, part: float) -> Duration:
        return Duration(self.amount * part, self.unit)


@dataclass(frozen=True)
class Limit:
    """A duration and the rule that sets it, for example `level P3`."""

    duration: Duration
    because: str


def after(calendar: Calendar, start: dt.datetime, duration: Duration) -> dt.datetime:
    """The moment when the duration has passed since `start`."""
    return forward(calendar, start, duration.unit, length(calendar, duration))


def length(calendar: Calendar, duration: Duration) -> dt.timedelta:
    """The duration as time on the clock of its unit."""
    one = calendar.day_length if duration.unit == "working_day" else WALL.get(duration.unit, HOUR)
    return one * duration.amount


def forward(calendar: Calendar, start: dt.datetime, unit: str, amount: dt.timedelta) -> dt.datetime:
    """The earliest moment when so much time has passed since `start` on the clock of the unit."""
    return start + amount if unit in WALL else calendar.add(start, amount)


def passed(calendar: Calendar, start: dt.datetime, end: dt.datetime, unit: str) -> dt.timedelta:
    """How much time passes between two moments on the clock of the unit; nothing when `end` is not after `start`."""
    return max(end - start, dt.timedelta()) if unit in WALL else calendar.between(start, end)


def strictest(limits: Sequence[Limit], calendar: Calendar, start: dt.datetime) -> tuple[dt.datetime, Limit] | None:
    """The limit that is due first, and when; of equal ones the first. None when nothing sets one."""
    dated = [(after(calendar, start, limit.duration), limit) for limit in limits]
    return min(dated, key=lambda pair: pair[0], default=None)


@dataclass(frozen=True)
class Quiet:
    """Hours in which nobody is bothered (from, to; may go over midnight), except about these levels."""

    start: dt.time
    end: dt.time
    excepted: frozenset[str] = frozenset()

    @classmethod
    def of(cls, document: dict[str, Any] | None) -> Quiet | None:
        if not document:
            return None
        start, end = (dt.time.fromisoformat(document[name]) for name in ("from", "to"))
        return cls(start, end, frozenset(document.get("except") or ()))

    def as_dict(self) -> dict[str, Any]:
        return {"from": self.start.isoformat("minutes"), "to": self.end.isoformat("minutes")}


def postponed(at: dt.datetime, quiet: Quiet | None, zone: dt.tzinfo) -> dt.datetime:
    """`at`, or the end of the quiet hours that it falls into."""
    if quiet is None:
        return at
    local = at.astimezone(zone)
    clock, day = local.time(), local.date()
    if quiet.start <= quiet.end:
        inside = quiet.start <= clock < quiet.end
    else:
        inside = clock >= quiet.start or clock < quiet.end
        day += dt.timedelta(days=1) if clock >= quiet.start else dt.timedelta()
    return dt.datetime.combine(day, quiet.end, zone).astimezone(at.tzinfo) if inside else at
