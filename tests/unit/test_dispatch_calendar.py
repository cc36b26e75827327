"""Working time: lunch, nights, weekends, holidays and the weekends that are worked instead."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.dispatch.domain.calendar import Calendar
from tests.unit.qiuchuan import CALENDAR, ZONE, at, read

FILE = read("calendar.yaml")
HOUR, MINUTE = dt.timedelta(hours=1), dt.timedelta(minutes=1)
MOMENTS = st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2027, 3, 1), timezones=st.sampled_from([ZONE, dt.UTC]))
AMOUNTS = st.timedeltas(dt.timedelta(), dt.timedelta(days=5))
# around National Day: a weekend that is worked, a holiday of seven days, another weekend that is worked
MINUTES = st.integers(0, 24 * 24 * 60).map(lambda n: at("2026-09-18 00:00") + n * MINUTE)

TABLE = [  # from, hours, until
    ("2026-11-23 09:00", 1, "2026-11-23 10:00"),
    ("2026-11-23 09:00", 0.25, "2026-11-23 09:15"),
    ("2026-11-23 06:00", 1, "2026-11-23 09:30"),  # before the first hour
    ("2026-11-23 11:00", 1, "2026-11-23 12:00"),  # to the last minute before lunch
    ("2026-11-23 11:00", 2, "2026-11-23 15:00"),  # over lunch
    ("2026-11-23 12:00", 1, "2026-11-23 15:00"),
    ("2026-11-23 13:00", 1, "2026-11-23 15:00"),  # during lunch
    ("2026-11-23 17:00", 1, "2026-11-24 09:00"),  # over night
    ("2026-11-23 17:30", 1, "2026-11-24 09:30"),
    ("2026-11-23 09:00", 7, "2026-11-24 09:00"),  # a working day
    ("2026-11-23 08:30", 7, "2026-11-23 17:30"),
    ("2026-11-27 17:00", 1, "2026-11-30 09:00"),  # over a weekend
    ("2026-11-28 10:00", 1, "2026-11-30 09:30"),
    ("2026-09-30 17:00", 1, "2026-10-08 09:00"),  # over National Day
    ("2026-10-03 10:00", 1, "2026-10-08 09:30"),
    ("2026-10-09 17:00", 1, "2026-10-10 09:00"),  # into a Saturday that is worked
    ("2026-10-10 17:00", 1, "2026-10-12 09:00"),  # and out of it, over Sunday
    ("2026-09-20 09:00", 7, "2026-09-21 09:00"),  # a Sunday that is worked
    ("2026-12-31 17:00", 1, "2027-01-01 09:00"),  # later days follow the weekdays alone
    ("2027-02-05 17:00", 1, "2027-02-08 09:00"),
]


@pytest.mark.parametrize(("start", "hours", "until"), TABLE)
def test_working_time_passes_only_in_working_hours(start: str, hours: float, until: str) -> None:
    assert CALENDAR.add(at(start), hours * HOUR) == at(until)
    assert CALENDAR.between(at(start), at(until)) == hours * HOUR


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-11-23 12:00", "2026-11-23 14:00", 0),
        ("2026-11-23 17:30", "2026-11-24 08:30", 0),
        ("2026-11-28 00:00", "2026-11-30 00:00", 0),
        ("2026-10-01 00:00", "2026-10-08 00:00", 0),
        ("2026-10-05 00:00", "2026-10-12 00:00", 21),  # Thursday, Friday, Saturday
        ("2026-11-23 00:00", "2026-11-30 00:00", 35),
        ("2026-11-24 10:00", "2026-11-23 10:00", 0),  # never less than nothing
    ],
)
def test_working_time_between_two_moments(start: str, end: str, hours: float) -> None:
    assert CALENDAR.between(at(start), at(end)) == hours * HOUR


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-11-23", True),
        ("2026-11-28", False),
        ("2026-10-01", False),
        ("2026-10-10", True),
        ("2027-10-01", True),
        ("2027-10-02", False),
    ],
)
def test_a_list_of_days_comes_before_the_weekday(day: str, works: bool) -> None:
    assert CALENDAR.works_on(dt.date.fromisoformat(day)) is works


def test_nothing_to_wait_for_leaves_the_moment_as_it_is() -> None:
    night = at("2026-11-23 03:00")
    assert CALENDAR.add(night, dt.timedelta()) == night
    assert CALENDAR.add(night, -HOUR) == night


def test_the_answer_is_on_the_clock_of_the_question() -> None:
    start = at("2026-11-23 17:00").astimezone(dt.UTC)
    assert CALENDAR.add(start, HOUR) == at("2026-11-24 09:00")
    assert CALENDAR.add(start, HOUR).tzinfo is dt.UTC


def test_a_working_day_is_the_sum_of_its_hours() -> None:
    assert CALENDAR.day_length == 7 * HOUR


@pytest.mark.parametrize(
    "changes",
    [
        {"working_weekdays": []},
        {"working_hours": []},
        {"working_hours": [{"from": "09:00", "to": "09:00"}]},
        {"working_hours": [{"from": "22:00", "to": "06:00"}]},
    ],
)
def test_a_calendar_in_which_nobody_works_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="working"):
        Calendar.of(read("calendar.yaml") | changes)


def test_days_may_be_written_as_text() -> None:
    document = read("calendar.yaml")
    days = {name: [str(day) for day in document[name]] for name in ("holidays", "working_days")}
    assert Calendar.of(document | days | {"known_until": str(document["known_until"])}) == CALENDAR


@given(MOMENTS, AMOUNTS)
def test_what_is_added_lies_between(start: dt.datetime, amount: dt.timedelta) -> None:
    end = CALENDAR.add(start, amount)
    assert end >= start
    assert CALENDAR.between(start, end) == amount


@given(MOMENTS, AMOUNTS, AMOUNTS)
def test_more_time_never_ends_earlier(start: dt.datetime, less: dt.timedelta, more: dt.timedelta) -> None:
    assert CALENDAR.add(start, min(less, more)) <= CALENDAR.add(start, max(less, more))
    assert CALENDAR.add(CALENDAR.add(start, less), more) == CALENDAR.add(start, less + more)


@given(MOMENTS, MOMENTS, st.timedeltas(MINUTE, dt.timedelta(days=5)))
def test_who_starts_later_never_ends_earlier(one: dt.datetime, other: dt.datetime, amount: dt.timedelta) -> None:
    assert CALENDAR.add(min(one, other), amount) <= CALENDAR.add(max(one, other), amount)


@given(MOMENTS, st.timedeltas(dt.timedelta(microseconds=1), dt.timedelta(days=5)))
def test_the_end_is_always_in_working_time(start: dt.datetime, amount: dt.timedelta) -> None:
    end = CALENDAR.add(start, amount)
    assert CALENDAR.between(end - dt.timedelta(microseconds=1), end) == dt.timedelta(microseconds=1)


def is_worked(minute: dt.datetime) -> bool:
    """Whether the minute that begins now is worked, read off the calendar file."""
    day = minute.date()
    worked = day in FILE["working_days"] or (day.isoweekday() <= 5 and day not in FILE["holidays"])
    return worked and ("08:30" <= f"{minute:%H:%M}" < "12:00" or "14:00" <= f"{minute:%H:%M}" < "17:30")


@settings(deadline=None)
@given(MINUTES, st.integers(1, 900))
def test_adding_is_the_same_as_counting_minutes(start: dt.datetime, minutes: int) -> None:
    moment, left = start, minutes
    while left:
        left -= is_worked(moment)
        moment += MINUTE
    assert CALENDAR.add(start, minutes * MINUTE) == moment


@settings(deadline=None)
@given(MINUTES, st.integers(0, 5000))
def test_the_time_between_is_the_same_as_counting_minutes(start: dt.datetime, length: int) -> None:
    counted = sum(is_worked(start + n * MINUTE) for n in range(length))
    assert CALENDAR.between(start, start + length * MINUTE) == counted * MINUTE
