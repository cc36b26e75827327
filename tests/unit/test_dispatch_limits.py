"""Deadlines and the ladder: which limit applies, when each step comes, and what waits for the morning."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dispatch.domain.escalation import NOT_ACKNOWLEDGED, NOT_VERIFIED, Step, Terms, begun, restarted, terms
from services.dispatch.domain.limits import Duration, Limit, Quiet, after, postponed, strictest
from tests.unit.qiuchuan import CALENDAR, RULES, ZONE, at

NIGHT = Quiet(dt.time(22), dt.time(7))
NOON = Quiet(dt.time(12), dt.time(14))
MOMENTS = st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2027, 3, 1), timezones=st.just(ZONE))
LEVELS = st.sampled_from(["P1", "P2", "P3", "P4"])
KINDS = st.sampled_from(["consultation", "help", "suggestion", "complaint", "report"])


def normal(level: str, kind: str, start: str, own: str | None = None) -> Terms:
    limit = Duration.read(own) if own else None
    return terms(RULES["normal"], CALENDAR, level, kind, "0102", limit, at(start))


def times(of: Terms) -> list[str]:
    return [f"{step.at.astimezone(ZONE):%m-%d %H:%M:%S}" if step.at else "never" for step in of.ladder]


@pytest.mark.parametrize(
    ("start", "duration", "until"),
    [
        ("2026-11-27 17:00", "90 second", "2026-11-27 17:01:30"),
        ("2026-11-27 17:00", "45 minute", "2026-11-27 17:45"),
        ("2026-11-27 17:00", "24 emergency_hour", "2026-11-28 17:00"),
        ("2026-11-27 17:00", "2 day", "2026-11-29 17:00"),
        ("2026-11-27 17:00", "1 working_hour", "2026-11-30 09:00"),
        ("2026-11-27 17:00", "1 working_day", "2026-11-30 17:00"),
        ("2026-11-28 17:00", "1 working_day", "2026-11-30 17:30"),
        ("2026-09-30 09:00", "7 working_hour", "2026-10-08 09:00"),
    ],
)
def test_each_unit_has_its_clock(start: str, duration: str, until: str) -> None:
    assert after(CALENDAR, at(start), Duration.read(duration)) == at(until)


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("1 working_day", "1 工作日", "1 working day"),
        ("4 working_hour", "4 工作时", "4 working hours"),
        ("24 emergency_hour", "24 紧急工作时", "24 emergency hours"),
        ("20 second", "20 秒", "20 seconds"),
    ],
)
def test_a_duration_is_read_and_said(text: str, zh: str, en: str) -> None:
    duration = Duration.read(text)
    assert (str(duration), duration.zh, duration.en) == (text, zh, en)


@pytest.mark.parametrize(
    "text", ["", "4", "day", "4 days", "-4 day", "0.5 day", "4  day", "four day", "4 day ", "² day"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Duration.read(text)


@pytest.mark.parametrize(
    ("level", "kind", "own", "because", "due"),
    [
        ("P1", "complaint", None, "level P1", "2026-11-23 11:00"),
        ("P2", "help", None, "level P2", "2026-11-24 09:00"),
        ("P3", "complaint", None, "level P3", "2026-12-02 09:00"),
        ("P3", "help", None, "kind help", "2026-11-30 09:00"),
        ("P4", "consultation", None, "kind consultation", "2026-11-24 09:00"),
        ("P4", "report", None, "kind report", "2026-12-07 09:00"),
        ("P3", "help", "4 working_hour", "category 0102", "2026-11-23 15:00"),
        ("P1", "help", "4 working_hour", "level P1", "2026-11-23 11:00"),
        ("P3", "complaint", "7 working_day", "level P3", "2026-12-02 09:00"),  # of equal ones the first
        ("P9", "else", None, "", None),  # nothing sets a limit
        ("P9", "else", "1 day", "category 0102", "2026-11-24 09:00"),
    ],
)
def test_the_strictest_of_level_kind_and_category_applies(
    level: str, kind: str, own: str | None, because: str, due: str | None
) -> None:
    made = normal(level, kind, "2026-11-23 09:00", own)
    assert (made.because, made.due_at) == (because, at(due) if due else None)
    assert bool(made.resolve) is bool(due)


@pytest.mark.parametrize(("start", "unit"), [("2026-11-27 16:00", "day"), ("2026-11-23 06:00", "working_day")])
def test_which_of_two_limits_is_strictest_may_depend_on_the_moment(start: str, unit: str) -> None:
    limits = [Limit(Duration(1, name), name) for name in ("day", "working_day")]
    chosen = strictest(limits, CALENDAR, at(start))
    assert chosen is not None
    assert chosen[1].because == unit


@pytest.mark.parametrize(
    ("quiet", "moment", "until"),
    [
        (NIGHT, "2026-11-23 21:59", "2026-11-23 21:59"),
        (NIGHT, "2026-11-23 22:00", "2026-11-24 07:00"),
        (NIGHT, "2026-11-30 23:30", "2026-12-01 07:00"),
        (NIGHT, "2026-11-24 00:00", "2026-11-24 07:00"),
        (NIGHT, "2026-11-24 06:59", "2026-11-24 07:00"),
        (NIGHT, "2026-11-24 07:00", "2026-11-24 07:00"),
        (NOON, "2026-11-23 11:59", "2026-11-23 11:59"),
        (NOON, "2026-11-23 12:00", "2026-11-23 14:00"),
        (NOON, "2026-11-23 14:00", "2026-11-23 14:00"),
        (None, "2026-11-23 23:00", "2026-11-23 23:00"),
    ],
)
def test_quiet_hours_postpone_to_their_end(quiet: Quiet | None, moment: str, until: str) -> None:
    assert postponed(at(moment), quiet, ZONE) == at(until)
    assert postponed(at(moment).astimezone(dt.UTC), quiet, ZONE) == at(until)


@given(MOMENTS, st.times(), st.times())
def test_what_is_postponed_is_never_early_and_never_postponed_again(
    moment: dt.datetime, start: dt.time, end: dt.time
) -> None:
    later = postponed(moment, Quiet(start, end), ZONE)
    assert moment <= later < moment + dt.timedelta(days=1)
    assert postponed(later, Quiet(start, end), ZONE) == later


def test_quiet_hours_are_read_and_kept() -> None:
    quiet = RULES["normal"].quiet
    assert quiet is not None
    assert quiet.as_dict() == {"from": "22:00", "to": "07:00"}
    assert quiet.excepted == {"P1", "P2"}
    assert Quiet.of(None) is None
    assert RULES["practice"].quiet is None


def test_the_ladder_of_an_ordinary_complaint_runs_in_working_time() -> None:
    made = normal("P3", "complaint", "2026-11-23 09:00")
    assert made.ack_due_at == at("2026-11-23 11:00")
    assert times(made) == [
        "11-23 10:36:00",
        "11-23 11:00:00",
        "11-23 11:00:00",
        "11-23 15:00:00",
        "11-23 17:00:00",
        "11-30 15:12:00",
        "12-02 09:00:00",
        "12-03 09:00:00",
        "12-09 09:00:00",
        *["never"] * 3,  # the check has not begun
    ]


def test_the_ladder_of_an_urgent_case_runs_through_the_night() -> None:
    made = normal("P1", "complaint", "2026-11-23 23:00")
    assert made.ack_due_at == at("2026-11-23 23:15")
    assert times(made) == [
        "11-23 23:12:00",
        "11-23 23:15:00",
        "11-23 23:15:00",
        "11-23 23:30:00",
        "11-23 23:45:00",
        "11-24 00:36:00",
        "11-24 01:00:00",
        "11-24 17:30:00",
        "11-30 17:30:00",
        *["never"] * 3,
    ]


def test_at_night_the_deadline_stays_but_the_steps_wait_for_the_morning() -> None:
    made = normal("P3", "complaint", "2026-11-23 22:50", "30 minute")
    assert made.due_at == at("2026-11-23 23:20")
    assert times(made)[5:7] == ["11-24 07:00:00", "11-24 07:00:00"]
    step = made.next_step("in_progress")
    assert step is not None
    assert step.step == 6  # of two at the same moment the lower one


def test_the_practice_ladder_is_done_within_minutes_whatever_the_hour() -> None:
    start = at("2026-11-28 23:00")  # a Saturday night
    made = terms(RULES["practice"], CALENDAR, "P3", "complaint", "0102", None, start)
    seconds = [(step.at - start).total_seconds() for step in made.ladder if step.at]
    assert seconds == [16, 20, 20, 40, 60, 96, 120, 150, 270]
    assert (made.because, made.quiet) == ("level P3", None)


def test_steps_without_their_limit_never_come() -> None:
    made = normal("P9", "else", "2026-11-23 09:00")
    assert (made.ack_due_at, set(times(made)), made.next_step("dispatched")) == (None, {"never"}, None)


@pytest.mark.parametrize(
    ("state", "steps"),
    [
        ("pooled", []),
        ("dispatched", [1, 2, 3, 4, 6, 7, 9]),
        ("in_progress", [6, 7, 9]),
        ("resolved", [10, 11]),
        ("verified", []),
    ],
)
def test_each_step_comes_once_and_only_while_it_watches(state: str, steps: list[int]) -> None:
    made, came = normal("P3", "complaint", "2026-11-23 09:00"), []
    made = begun(made, NOT_VERIFIED, at("2026-11-23 09:00"), CALENDAR)
    while (step := made.next_step(state)) and step.at and step.at < at("2027-03-01 09:00"):
        came += [step.step] if not step.every else []
        made = made.fired(step, step.at, CALENDAR)
    assert came == steps
    assert (made.next_step(state) is None) == (not steps)  # and a reminder without end


@given(LEVELS, KINDS, MOMENTS, st.sampled_from(sorted(RULES)))
def test_no_step_comes_before_the_start_and_all_stay_in_order(
    level: str, kind: str, start: dt.datetime, name: str
) -> None:
    made = terms(RULES[name], CALENDAR, level, kind, "0102", None, start)
    for when in ("not_acknowledged", "not_resolved"):
        moments = [step.at for step in made.ladder if step.when == when and step.at]
        assert moments == sorted(moments)
        assert moments[0] > start
    assert [Step.of(step.as_dict()) for step in made.ladder] == list(made.ladder)


def test_after_a_hand_over_the_remaining_steps_keep_their_distance() -> None:
    made = normal("P1", "complaint", "2026-11-23 09:00")
    second, now = made.ladder[2], at("2026-11-23 10:00")
    again = restarted(made.fired(second, now, CALENDAR), now, CALENDAR, second.share)
    assert again.ladder[2].at == second.at  # has come: stays as it was
    assert again.ladder[3].at == at("2026-11-23 10:15")  # one more limit from now, not two
    assert again.ladder[5:] == made.ladder[5:]  # the whole is not prolonged


def test_the_colour_tells_how_bad_it_is() -> None:
    colours = [step.colour for step in RULES["normal"].ladder]
    assert colours == ["blue", *["yellow"] * 4, "blue", *["red"] * 3, "blue", "yellow", "yellow"]
    card = Step(1, NOT_ACKNOWLEDGED, 0.5, None, "yellow_card", "leader")
    assert card.colour == "yellow"
