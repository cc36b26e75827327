"""When a reporter is called: in the town's working hours, and each time in another half of a day.

Practice of Chinese hotlines: three attempts in different half-days, none at night or on a holiday; a weekend that is
worked instead (调休) is a day like any other. Who was not reached then gets a link.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from services.callback.domain.calendar import CALLS_FROM, DAY, Calendar
from services.callback.domain.rules import duration

NOON = dt.time(12)
HALF_DAYS, ANY_TIME = TIMES = "half_days", "any"
MORNING, AFTERNOON = "morning", "afternoon"
RANKS = {"P1": 1, "P2": 2}  # who is called first, by level; everybody else after them
LAST_RANK = 3

NO_ANSWER, BUSY, OFF, LATER, WRONG_NUMBER = "no_answer", "busy", "off", "later", "wrong_number"
ANSWERED = "answered"
NOT_REACHED = (NO_ANSWER, BUSY, OFF, LATER, WRONG_NUMBER)
REACHED = (LATER,)  # somebody has spoken, and had no time


@dataclass(frozen=True)
class CallTerms:
    """`callback.calls` of a rule set: when calls are made, and how long one may take before somebody else makes it."""

    any_time: bool = False
    lease: dt.timedelta = dt.timedelta(minutes=10)

    @classmethod
    def of(cls, section: Mapping[str, Any]) -> CallTerms:
        given = section.get("calls", {})
        lease = duration(given["lease"]) if "lease" in given else cls.lease
        return cls(given.get("times", HALF_DAYS) == ANY_TIME, lease)


class HalfDay(NamedTuple):
    """The morning or the afternoon of a day in the town."""

    day: dt.date
    part: str


class Span(NamedTuple):
    """A stretch of time in which people may be called."""

    opens: dt.datetime
    closes: dt.datetime


@dataclass(frozen=True)
class CallTimes:
    """The hours of the day in which calls are made. With `any_time` (drills) every moment will do."""

    calendar: Calendar
    hours: tuple[tuple[dt.time, dt.time], ...]
    any_time: bool = False

    @classmethod
    def of(cls, document: dict[str, Any], any_time: bool) -> CallTimes:
        """From calendar.yaml of a town folder: its working hours, without what lies before nine o'clock, cut at noon.

        Raises ValueError when nothing is left."""
        cut = [piece for span in document["working_hours"] for piece in _cut(_clock(span["from"]), _clock(span["to"]))]
        if not cut:
            raise ValueError("working_hours in calendar.yaml leave no time for calls: some must lie after 09:00")
        return cls(Calendar.of(document), tuple(cut), any_time)

    def half_day(self, at: dt.datetime) -> HalfDay:
        """The half-day that a moment lies in, on the clocks of the town."""
        local = at.astimezone(self.calendar.zone)
        return HalfDay(local.date(), MORNING if local.time() < NOON else AFTERNOON)

    def open_at(self, at: dt.datetime) -> bool:
        """Whether people may be called at this moment."""
        return self.any_time or any(span.opens <= at < span.closes for span in self._of_day(self._day(at)))

    def next_call(self, after: dt.datetime, tried: Collection[HalfDay] = ()) -> dt.datetime:
        """The first moment, not before `after`, in which somebody may be called who was tried in these half-days."""
        if self.any_time:
            return after
        for span in self._spans(after):
            if self.half_day(span.opens) not in tried:
                return max(span.opens, after)
        raise AssertionError("there is always another day")

    def _spans(self, after: dt.datetime) -> Iterator[Span]:
        """Every stretch that is not over at `after`, without end."""
        day = self._day(after)
        while True:
            yield from (span for span in self._of_day(day) if span.closes > after)
            day += DAY

    def _of_day(self, day: dt.date) -> Sequence[Span]:
        if not self.calendar.works_on(day):
            return ()
        zone = self.calendar.zone
        return [Span(*(dt.datetime.combine(day, clock, zone) for clock in hours)) for hours in self.hours]

    def _day(self, at: dt.datetime) -> dt.date:
        return at.astimezone(self.calendar.zone).date()


def attempts_over(outcome: str, attempts: int, wanted: int) -> bool:
    """Whether nobody calls any more: often enough, or under that number nobody knows the reporter."""
    return outcome == WRONG_NUMBER or attempts >= wanted


def rank(level: str) -> int:
    """The smaller, the sooner."""
    return RANKS.get(level, LAST_RANK)


def _cut(opens: dt.time, closes: dt.time) -> list[tuple[dt.time, dt.time]]:
    """The hours from nine on, as a part before noon and one after it."""
    opens = max(opens, CALLS_FROM)
    parts = (opens, min(closes, NOON)), (max(opens, NOON), closes)
    return [(begin, end) for begin, end in parts if begin < end]


def _clock(text: str) -> dt.time:
    return dt.time.fromisoformat(text)
