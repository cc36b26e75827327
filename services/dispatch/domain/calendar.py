"""Working time of a town: weekdays, working hours, holidays, and the weekends that are worked instead (调休).

A working day is the working hours of one whole day, wherever they begin; so four working hours and half a working day
of eight hours are the same. Time outside of working hours does not count: what starts then starts with the next hour.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

DAY = dt.timedelta(days=1)
NOTHING = dt.timedelta()


@dataclass(frozen=True)
class Calendar:
    """`hours` are (from, to) in order; days after `known_until` follow the weekdays alone."""

    zone: dt.tzinfo
    weekdays: frozenset[int]
    hours: tuple[tuple[dt.time, dt.time], ...]
    holidays: frozenset[dt.date]
    working_days: frozenset[dt.date]
    known_until: dt.date

    @classmethod
    def of(cls, document: dict[str, Any]) -> Calendar:
        """The calendar of a town folder. Raises ValueError for one in which nobody ever works."""
        calendar = cls(
            ZoneInfo(document["time_zone"]),
            frozenset(document["working_weekdays"]),
            tuple((_clock(span["from"]), _clock(span["to"])) for span in document["working_hours"]),
            frozenset(_day(day) for day in document["holidays"]),
            frozenset(_day(day) for day in document["working_days"]),
            _day(document["known_until"]),
        )
        if not calendar.weekdays or calendar.day_length <= NOTHING:
            raise ValueError("the calendar has no working time: give working_weekdays and working_hours")
        edges = [moment for span in calendar.hours for moment in span]
        if edges != sorted(set(edges)):
            raise ValueError("working_hours must be in order and may not overlap, nor end before they begin")
        return calendar

    @functools.cached_property
    def day_length(self) -> dt.timedelta:
        """The working time of one working day."""
        return sum((_length(start, end) for start, end in self.hours), NOTHING)

    def works_on(self, day: dt.date) -> bool:
        return day in self.working_days or (day.isoweekday() in self.weekdays and day not in self.holidays)

    def add(self, start: dt.datetime, amount: dt.timedelta) -> dt.datetime:
        """The earliest moment when so much working time has passed since `start`; `start` itself for none."""
        if amount <= NOTHING:
            return start
        for begin, end in self._spans(start):
            if amount <= end - begin:
                return (begin + amount).astimezone(start.tzinfo)
            amount -= end - begin
        raise AssertionError("working time never ends")

    def between(self, start: dt.datetime, end: dt.datetime) -> dt.timedelta:
        """How much working time lies between two moments; nothing when `end` is not after `start`."""
        passed = NOTHING
        for begin, until in self._spans(start):
            if begin >= end:
                break
            passed += min(until, end) - begin
        return passed

    def _spans(self, start: dt.datetime) -> Iterator[tuple[dt.datetime, dt.datetime]]:
        """The stretches of working time from `start` on, without end."""
        day = start.astimezone(self.zone).date()
        while True:
            if self.works_on(day):
                for begin, end in self.hours:
                    opens = dt.datetime.combine(day, begin, self.zone)
                    closes = dt.datetime.combine(day, end, self.zone)
                    if closes > start:
                        yield max(opens, start.astimezone(self.zone)), closes
            day += DAY


def _length(start: dt.time, end: dt.time) -> dt.timedelta:
    return dt.datetime.combine(dt.date.min, end) - dt.datetime.combine(dt.date.min, start)


def _clock(text: str) -> dt.time:
    return dt.time.fromisoformat(text)


def _day(value: dt.date | str) -> dt.date:
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(value)
