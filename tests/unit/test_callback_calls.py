"""When reporters are called: half-days, nights, holidays, and the weekends that are worked instead."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.callback.domain.calls import (
    AFTERNOON,
    MORNING,
    NOT_REACHED,
    CallTimes,
    HalfDay,
    attempts_over,
    rank,
)
from tests.unit.qiuchuan import ZONE, at, read

DOCUMENT = read("calendar.yaml")
TIMES, DRILL = CallTimes.of(DOCUMENT, False), CallTimes.of(DOCUMENT, True)
MOMENTS = st.datetimes(dt.datetime(2025, 12, 20), dt.datetime(2026, 11, 30), timezones=st.just(ZONE))


@pytest.mark.parametrize(
    ("after", "tried", "call"),
    [
        # a Monday: nobody is called before nine, at noon, or in the evening
        ("2026-11-23T07:00", [], "2026-11-23T09:00"),
        ("2026-11-23T10:30", [], "2026-11-23T10:30"),
        ("2026-11-23T12:30", [], "2026-11-23T14:00"),
        ("2026-11-23T17:30", [], "2026-11-24T09:00"),
        ("2026-11-23T23:10", [], "2026-11-24T09:00"),
        # not reached in the morning: in the afternoon; then not before the next morning
        ("2026-11-23T10:30", [("2026-11-23", MORNING)], "2026-11-23T14:00"),
        ("2026-11-23T14:20", [("2026-11-23", MORNING), ("2026-11-23", AFTERNOON)], "2026-11-24T09:00"),
        # a Friday afternoon: on Monday
        ("2026-11-27T16:00", [("2026-11-27", AFTERNOON)], "2026-11-30T09:00"),
        # before the National Day of 2026 (1st to 7th): on the 8th; the Saturday after it is worked instead (调休)
        ("2026-09-30T16:00", [("2026-09-30", AFTERNOON)], "2026-10-08T09:00"),
        ("2026-10-09T17:29", [("2026-10-09", AFTERNOON)], "2026-10-10T09:00"),
    ],
)
def test_the_next_call(after: str, tried: list[tuple[str, str]], call: str) -> None:
    half_days = [HalfDay(dt.date.fromisoformat(day), part) for day, part in tried]
    assert TIMES.next_call(at(after), half_days) == at(call)


@given(MOMENTS)
def test_three_attempts_lie_in_three_half_days_of_working_time(start: dt.datetime) -> None:
    tried: list[HalfDay] = []
    moment = start
    for _ in range(3):
        call = TIMES.next_call(moment, tried)
        assert call >= moment and TIMES.open_at(call)
        assert TIMES.calendar.works_on(call.astimezone(ZONE).date())
        assert dt.time(9) <= call.astimezone(ZONE).time() < dt.time(17, 30)
        assert TIMES.half_day(call) not in tried
        tried.append(TIMES.half_day(call))
        moment = call + dt.timedelta(minutes=3)
    assert {half_day.part for half_day in tried} == {MORNING, AFTERNOON}  # who works in the mornings is reached, too


@given(MOMENTS, st.timedeltas(dt.timedelta(), dt.timedelta(days=3)))
def test_no_moment_is_passed_over(after: dt.datetime, further: dt.timedelta) -> None:
    call = TIMES.next_call(after)
    between = min(after + further, call)
    assert between == call or not TIMES.open_at(between)


@given(MOMENTS)
def test_a_drill_knows_no_night(moment: dt.datetime) -> None:
    assert DRILL.open_at(moment)
    assert DRILL.next_call(moment, [DRILL.half_day(moment)]) == moment


@pytest.mark.parametrize(
    ("hours", "kept"),
    [
        ([("08:30", "12:00"), ("14:00", "17:30")], [("09:00", "12:00"), ("14:00", "17:30")]),
        ([("09:00", "17:00")], [("09:00", "12:00"), ("12:00", "17:00")]),
        ([("06:00", "08:00"), ("13:00", "15:00")], [("13:00", "15:00")]),
    ],
)
def test_calls_keep_to_working_hours_after_nine(hours: list[tuple[str, str]], kept: list[tuple[str, str]]) -> None:
    document = DOCUMENT | {"working_hours": [{"from": begin, "to": end} for begin, end in hours]}
    found = [tuple(clock.isoformat("minutes") for clock in span) for span in CallTimes.of(document, False).hours]
    assert found == kept


def test_a_town_that_works_at_night_alone_is_refused() -> None:
    with pytest.raises(ValueError, match="after 09:00"):
        CallTimes.of(DOCUMENT | {"working_hours": [{"from": "00:00", "to": "08:00"}]}, False)


def test_when_nobody_calls_any_more() -> None:
    assert [attempts_over(outcome, 1, 3) for outcome in NOT_REACHED] == [False, False, False, False, True]
    assert attempts_over("no_answer", 3, 3) and not attempts_over("no_answer", 2, 3)


def test_the_urgent_come_first() -> None:
    assert [rank(level) for level in ("P1", "P2", "P3", "P4")] == [1, 2, 3, 3]
