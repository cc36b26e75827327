"""Working days of a town: weekdays, holidays, and the weekends that are worked instead (调休)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

DAY = dt.timedelta(days=1)
CALLS_FROM = dt.time(9)  # nobody is called before nine o'clock in the town


@dataclass(frozen=True)
class Calendar:
    """`weekdays` are 1 (Monday) to 7; days that no list names follow the weekdays alone."""

    zone: dt.tzinfo
    weekdays: frozenset[int]
    holidays: frozenset[dt.date]
    working_days: frozenset[dt.date]

    @classmethod
    def of(cls, document: dict[str, Any]) -> Calendar:
        """The calendar of a town folder. Raises ValueError for one in which nobody ever works."""
        if not document["working_weekdays"]:
            raise ValueError("the calendar has no working day: give working_weekdays in calendar.yaml")
        return cls(
            ZoneInfo(document["time_zone"]),
            frozenset(document["working_weekdays"]),
            frozenset(_day(day) for day in document["holidays"]),
            frozenset(_day(day) for day in document["working_days"]),
        )

    def works_on(self, day: dt.date) -> bool:
        return day in self.working_days or (day.isoweekday() in self.weekdays and day not in self.holidays)

    def next_working_day(self, now: dt.datetime) -> dt.datetime:
        """Nine o'clock in the town on the first working day after the day of `now`."""
        day = now.astimezone(self.zone).date() + DAY
        while not self.works_on(day):
            day += DAY
        return dt.datetime.combine(day, CALLS_FROM, self.zone)


def _day(value: dt.date | str) -> dt.date:
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(value)
