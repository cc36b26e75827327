"""How much a source may send, when it is throttled, when it is silent."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.fairness import (
    SLOW,
    THROTTLED_FOR,
    Bucket,
    Flow,
    Limits,
    judge_flow,
    limits_of,
    silence,
    take,
)

NOW = dt.datetime(2026, 11, 23, 9, 30, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@given(
    st.floats(1, 10_000),
    st.floats(1, 1_000),
    st.lists(st.tuples(st.floats(-5, 600), st.integers(1, 400)), min_size=1, max_size=50),
)
def test_never_more_than_the_burst_and_what_has_flowed_in(
    per_minute: float, burst: float, wishes: list[tuple[float, int]]
) -> None:
    bucket, now, passed, admitted = Bucket(burst, NOW), NOW, 0.0, 0
    for seconds, wanted in wishes:
        now += dt.timedelta(seconds=seconds)
        passed += max(0.0, seconds)
        bucket, count, wait = take(bucket, Limits(per_minute, burst), now, wanted)
        admitted += count
        assert 0 <= count <= wanted and 0 <= bucket.tokens <= burst
        assert (wait == 0.0) == (count == wanted)
    assert admitted <= burst + passed * per_minute / 60 + 0.01


@given(st.floats(1, 10_000), st.floats(1, 1_000))
def test_whoever_waits_as_told_is_admitted(per_minute: float, burst: float) -> None:
    limits = Limits(per_minute, burst)
    bucket, _, _ = take(Bucket(0, NOW), limits, NOW, 1)
    _, _, wait = take(bucket, limits, NOW, 1)
    _, admitted, _ = take(bucket, limits, NOW + dt.timedelta(seconds=wait + 0.001), 1)
    assert admitted == 1


@pytest.mark.parametrize(
    ("settings", "throttled", "expected"),
    [
        ({}, False, None),
        ({"limits": {"error_share": 0.5}}, False, None),
        ({"limits": {"per_minute": 600}}, False, Limits(600, 600)),
        ({"limits": {"per_minute": 600, "burst": 50}}, False, Limits(600, 50)),
        ({}, True, SLOW),
        ({"limits": {"per_minute": 600, "burst": 50}}, True, SLOW),
        ({"limits": {"per_minute": 6, "burst": 5}}, True, Limits(6, 5)),
    ],
)
def test_limits(settings: dict, throttled: bool, expected: Limits | None) -> None:
    assert limits_of(settings, throttled) == expected


def test_rubbish_is_throttled_until_it_ends() -> None:
    flow = judge_flow(Flow(NOW), 15, 15, {}, NOW)
    assert flow.throttled_until is None, "too few to say"
    flow = judge_flow(flow, 15, 10, {}, NOW)
    assert flow.throttled_until == NOW + THROTTLED_FOR
    assert flow.why == "83% of its last reports were refused, more than 80%"
    good = judge_flow(flow, 30, 0, {}, NOW + HOUR)
    assert (good.throttled_until, good.why) == (None, "")
    assert good.error_share < 0.01, "what was an hour ago is forgotten"


def test_a_source_may_name_its_own_share() -> None:
    assert judge_flow(Flow(NOW), 100, 30, {"limits": {"error_share": 0.2}}, NOW).throttled_until
    assert not judge_flow(Flow(NOW), 100, 30, {"limits": {"error_share": 0.4}}, NOW).throttled_until


def office_hours(until: dt.datetime, leave_out: set[dt.datetime] = frozenset()) -> list[dt.datetime]:  # type: ignore[assignment]
    """Something comes from 1 to 9 UTC on each of the last 28 days."""
    start = until.replace(minute=0) - 27 * 24 * HOUR
    hours = [start.replace(hour=hour) + day * 24 * HOUR for day in range(28) for hour in range(1, 10)]
    return [hour for hour in hours if hour < until and hour not in leave_out]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (NOW, 0.0),  # 9:30: the hour itself is not over
        (NOW + 12 * HOUR, 0.0),  # night: nobody expects anything
        (NOW + 18 * HOUR, 2.0),  # 3:30 of the next day: 1 and 2 o'clock have passed in silence
        (NOW + 24 * HOUR, 8.0),
    ],
)
def test_silence_counts_only_hours_in_which_something_usually_comes(now: dt.datetime, expected: float) -> None:
    assert silence(office_hours(NOW), now) == expected


def test_a_source_that_is_often_silent_is_so_within_its_habit() -> None:
    gap = {(NOW - 48 * HOUR).replace(hour=hour, minute=0) for hour in (2, 3, 4, 5)}
    assert silence(office_hours(NOW, gap), NOW + 18 * HOUR) == 2 / 4


def test_without_a_habit_there_is_no_silence() -> None:
    assert silence([], NOW) is None
    assert silence([NOW - HOUR], NOW) is None
