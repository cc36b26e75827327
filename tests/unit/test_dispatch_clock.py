"""The clock of an order: pauses and extensions are never forgotten, whatever limit or calendar comes later."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.dispatch.domain.clock import RUNNING, Clock, Span, replayed
from services.dispatch.domain.escalation import redated, terms
from services.dispatch.domain.limits import Duration, passed
from tests.unit.qiuchuan import CALENDAR, RULES, at

MINUTE = dt.timedelta(minutes=1)
START = at("2026-09-28 10:00")  # three days before National Day
UNITS = st.sampled_from(["minute", "emergency_hour", "day", "working_hour", "working_day"])
LIMITS = st.builds(Duration, st.integers(1, 12), UNITS)
# pauses in order: gaps and lengths in minutes
GAPS = st.lists(st.tuples(st.integers(0, 6000), st.integers(0, 9000)), max_size=4)
LONG_HOLIDAY = replace(CALENDAR, holidays=CALENDAR.holidays | {dt.date(2026, 9, 29), dt.date(2026, 9, 30)})


def paused(gaps: list[tuple[int, int]]) -> Clock:
    clock, moment = RUNNING, START
    for gap, long in gaps:
        since = moment + gap * MINUTE
        moment = since + long * MINUTE
        clock = clock.paused(since, moment)
    return clock


def running(clock: Clock, unit: str, end: dt.datetime, calendar: Any = CALENDAR) -> dt.timedelta:
    """The time that the clock has run until `end`: all of it, less what falls into pauses."""
    lost = sum(
        (passed(calendar, p.since, min(p.until, end), unit) for p in clock.pauses if p.since < end), dt.timedelta()
    )
    return passed(calendar, START, end, unit) - lost


@settings(max_examples=300)
@given(GAPS, LIMITS, st.sampled_from([CALENDAR, LONG_HOLIDAY]))
def test_the_limit_has_run_exactly_when_it_is_due(gaps: list[tuple[int, int]], limit: Duration, calendar: Any) -> None:
    clock = paused(gaps)
    due = clock.due(calendar, START, limit)
    whole = running(RUNNING, limit.unit, RUNNING.due(calendar, START, limit), calendar)
    assert running(clock, limit.unit, due, calendar) == whole
    just_before = due - dt.timedelta(microseconds=1)
    assert running(clock, limit.unit, just_before, calendar) < whole  # never early, and due is not inside a pause
    assert not any(pause.since < due < pause.until for pause in clock.pauses)


@given(GAPS, LIMITS, LIMITS)
def test_a_changed_limit_forgets_no_pause(gaps: list[tuple[int, int]], limit: Duration, other: Duration) -> None:
    clock, again = paused(gaps), paused(gaps)
    assert clock.due(CALENDAR, START, limit) >= RUNNING.due(CALENDAR, START, limit)
    assert clock.due(CALENDAR, START, other) == again.due(CALENDAR, START, other)
    for pause in clock.pauses:
        if RUNNING.due(CALENDAR, START, limit) <= pause.since:
            break  # it was due before that
    else:
        lost = sum((passed(CALENDAR, *pause, limit.unit) for pause in clock.pauses), dt.timedelta())
        late = clock.due(CALENDAR, START, limit)
        assert passed(CALENDAR, RUNNING.due(CALENDAR, START, limit), late, limit.unit) <= lost


@given(GAPS, LIMITS, st.integers(1, 20_000))
def test_an_extension_moves_the_deadline_to_the_date_that_was_granted(
    gaps: list[tuple[int, int]], limit: Duration, minutes: int
) -> None:
    clock = paused(gaps)
    due = clock.due(CALENDAR, START, limit)
    until = due + minutes * MINUTE
    longer = Clock(tuple(p for p in clock.pauses if p.until <= due)).extended(due, until)
    moved = longer.due(CALENDAR, START, limit)
    assert due <= moved <= until
    assert passed(CALENDAR, moved, until, limit.unit) == dt.timedelta()  # but for time that is nobody's


@given(GAPS, st.integers(0, 9000))
def test_the_journal_tells_the_same_clock(gaps: list[tuple[int, int]], minutes: int) -> None:
    journal: list[dict[str, Any]] = [{"what": "assigned", "at": START, "facts": None}]
    clock = RUNNING
    for pause in paused(gaps).pauses:
        early = min(pause.since + minutes * MINUTE, pause.until)
        clock = clock.paused(*pause).resumed(early)
        journal.append({"what": "suspended", "at": pause.since, "facts": {"until": pause.until.isoformat()}})
        journal.append({"what": "resumed", "at": early + MINUTE, "facts": {"at": early.isoformat()}})
    due, until = START + 10 * MINUTE, START + 20 * MINUTE
    clock = clock.extended(due, until)
    facts = {"due_at": due.isoformat(), "until": until.isoformat()}
    assert replayed([*journal, {"what": "extended", "at": due, "facts": facts}]) == clock
    assert Clock.of(clock.as_dict()) == clock
    assert Clock.of(None) == RUNNING and RUNNING.as_dict() == {}


@pytest.mark.parametrize(
    ("noticed", "until"), [("2026-09-28 12:00", "2026-09-28 12:00"), ("2026-09-30 12:00", "2026-09-29 10:00")]
)
def test_it_goes_on_earlier_or_when_it_was_to_but_never_later(noticed: str, until: str) -> None:
    clock = RUNNING.paused(at("2026-09-28 11:00"), at("2026-09-29 10:00")).resumed(at(noticed))
    assert clock.pauses == (Span(at("2026-09-28 11:00"), at(until)),)


@given(GAPS, st.sampled_from(["P1", "P2", "P3", "P4"]), st.sampled_from(sorted(RULES)))
def test_the_ladder_moves_with_the_clock_and_what_came_stays(
    gaps: list[tuple[int, int]], level: str, name: str
) -> None:
    made = terms(RULES[name], CALENDAR, level, "complaint", "0102", None, START)
    fired = made.fired(made.ladder[5], START + MINUTE, CALENDAR)
    moved = redated(fired, START, paused(gaps), CALENDAR)
    assert redated(fired, START, RUNNING, CALENDAR) == fired
    for before, after in zip(fired.ladder, moved.ladder, strict=True):
        assert before.when == "not_verified" or (before.at and after.at and after.at >= before.at)
        assert after == before or (after.when == "not_resolved" and not after.fired_at)
    steps = [step.at for step in moved.ladder if step.when == "not_resolved" and step.at and not step.fired_at]
    assert all(one <= other for one, other in pairwise(steps))
    assert redated(moved, START, RUNNING, CALENDAR) == fired  # and back again
