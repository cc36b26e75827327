"""Who is asked whether it is solved, when, what the answer means, and what is masked."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.callback.domain.calendar import Calendar
from services.callback.domain.follow_up import Case, decide, due
from services.callback.domain.rules import Rules, duration
from services.callback.domain.sampling import place
from services.callback.domain.satisfaction import SATISFACTION, SOLVED, judge, still_holds
from shared.masking import mask
from tests.unit.qiuchuan import ZONE, at, read

CALENDAR = Calendar.of(read("calendar.yaml"))
NORMAL, PRACTICE = (Rules.of(read(f"rules/{name}.yaml")["callback"]) for name in ("normal", "practice"))
NUMBERS = [f"20261123-{n:06d}" for n in range(1, 10_001)]
SEED = "2f1c"
IN = next(number for number in NUMBERS if place(number, SEED) < 10)
OUT = next(number for number in NUMBERS if place(number, SEED) >= 10)
SAMPLE_PLACES = [1, 17, 78, 99, 81, 98]  # of the first six numbers of NUMBERS
KINDS = ("consultation", "help", "suggestion", "complaint", "report")
TEXT = st.text(st.sampled_from("0123456789 -+Xx,电话a"), max_size=60)


def case(number: str = OUT, kind: str = "help", level: str = "P3", **changes: Any) -> Case:
    reporters = (number,) if changes.pop("reachable", True) else ()
    facts: dict[str, Any] = {"source": "hotline", "asks_reporter": True, "reported_by": None, "reporters": reporters}
    return Case(number, kind, level, **(facts | changes))


@pytest.mark.parametrize(
    ("what", "asked", "why"),
    [
        (case(kind="complaint"), True, "every complaint is asked"),
        (case(kind="report"), True, "every report is asked"),
        (case(level="P1"), True, "every P1 is asked"),
        (case(level="P2"), True, "every P2 is asked"),
        (case(kind="complaint", level="P2"), True, "every P2 is asked"),
        (case(ordered=True), True, "confirms it"),
        (case(ordered=True, reachable=False), False, "no way to reach"),
        (case(), False, "not in the sample"),
        (case(kind="consultation", level="P4"), False, "not in the sample"),
        (case(kind="suggestion"), False, "not in the sample"),
        (case(IN), True, "in the sample"),
        (case(IN, "suggestion", "P4"), True, "in the sample"),
        (case(IN, "complaint", "P1", reachable=False), False, "no way to reach"),  # anonymous
        (case(IN, "complaint", "P1", reported_by="m017", reachable=False), False, "nobody to ask"),  # patrol
        (case(IN, "complaint", "P1", asks_reporter=False, reachable=False), False, "nobody to ask"),  # a machine
        (case(reported_by="m017", reachable=False), False, "nobody to ask"),
    ],
)
def test_who_is_asked_and_why(what: Case, asked: bool, why: str) -> None:
    decision = decide(what, NORMAL, SEED)
    assert decision.asked is asked
    assert why in decision.why.partition(" / ")[2]


@pytest.mark.parametrize("percent", [0, 10, 50, 100])
def test_the_sample_is_as_large_as_the_rule_says(percent: int) -> None:
    rules = Rules(sample_percent=percent)
    asked = sum(decide(case(number), rules, SEED).asked for number in NUMBERS)
    assert asked == pytest.approx(percent * len(NUMBERS) / 100, abs=150)
    assert percent not in (0, 100) or asked == percent * len(NUMBERS) / 100


def test_the_place_in_a_draw_stays_and_another_seed_is_another_draw() -> None:
    assert [place(number, SEED) for number in NUMBERS[:6]] == SAMPLE_PLACES
    assert {place(number, SEED) for number in NUMBERS} == set(range(100))
    drawn, other = ({number for number in NUMBERS if place(number, seed) < 10} for seed in (SEED, "other"))
    assert len(drawn & other) == pytest.approx(100, abs=40)  # a tenth of a tenth: one tells nothing of the other


@given(st.text(max_size=30), st.sampled_from(KINDS), st.sampled_from(["P1", "P2", "P3", "P4"]), st.booleans())
def test_a_larger_sample_asks_nobody_less(number: str, kind: str, level: str, reachable: bool) -> None:
    what = case(number, kind, level, reachable=reachable)
    asked = [decide(what, Rules(sample_percent=percent), SEED).asked for percent in range(0, 101, 10)]
    assert asked == sorted(asked)
    assert asked[-1] == reachable


@pytest.mark.parametrize(
    ("verified", "asked"),
    [
        ("2026-11-23 08:00", "2026-11-24 09:00"),  # the next day, even early in the morning
        ("2026-11-23 23:59", "2026-11-24 09:00"),
        ("2026-11-24 00:00", "2026-11-25 09:00"),
        ("2026-11-27 10:00", "2026-11-30 09:00"),  # over a weekend
        ("2026-09-30 10:00", "2026-10-08 09:00"),  # over National Day
        ("2026-10-09 10:00", "2026-10-10 09:00"),  # a Saturday that is worked
        ("2026-12-31 10:00", "2027-01-01 09:00"),  # not announced yet: the weekdays alone
    ],
)
def test_the_reporter_is_asked_on_the_next_working_day(verified: str, asked: str) -> None:
    assert due(NORMAL, CALENDAR, at(verified)) == at(asked)
    assert due(NORMAL, CALENDAR, at(verified).astimezone(dt.UTC)) == at(asked)
    assert due(PRACTICE, CALENDAR, at(verified)) == at(verified)


@given(st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2027, 3, 1), timezones=st.just(ZONE)))
def test_nobody_is_called_on_the_same_day_or_on_a_free_one(verified: dt.datetime) -> None:
    called = due(NORMAL, CALENDAR, verified).astimezone(ZONE)
    assert called.date() > verified.date()
    assert CALENDAR.works_on(called.date())
    assert called.time() == dt.time(9)


def test_the_rule_sets_are_read_and_without_one_the_defaults_apply() -> None:
    assert Rules.of({}) == Rules()
    assert (NORMAL.kinds, NORMAL.levels, NORMAL.sample_percent) == (Rules().kinds, Rules().levels, 10)
    assert (PRACTICE.when, PRACTICE.window, PRACTICE.attempts) == ("at_once", dt.timedelta(seconds=120), 3)
    with pytest.raises(ValueError, match="working"):
        Calendar.of(read("calendar.yaml") | {"working_weekdays": []})


@pytest.mark.parametrize(
    ("text", "seconds"), [("14 day", 14 * 86400), ("120 second", 120), ("90 minute", 5400), ("2 emergency_hour", 7200)]
)
def test_the_window_is_measured_by_the_clock_on_the_wall(text: str, seconds: int) -> None:
    assert duration(text) == dt.timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "14", "day", "14 days", "-1 day", "1.5 day", "1 working_day"])
def test_another_window_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        duration(text)


@pytest.mark.parametrize("satisfaction", SATISFACTION)
@pytest.mark.parametrize("solved", SOLVED)
def test_what_the_answer_means(solved: str, satisfaction: str) -> None:
    strict, mild = judge(solved, satisfaction, True), judge(solved, satisfaction, False)
    assert strict.rework == (solved == "no" or satisfaction == "dissatisfied")
    assert mild.rework == (solved == "no")
    assert " / " in strict.why
    assert " / " in mild.why


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("打13812345678", "打138****5678"),
        ("+8613812345678", "138****5678"),
        ("+86 138 1234 5678", "138****5678"),
        ("138-1234-5678或19900000001", "138****5678或199****0001"),
        ("证330822199001011234号", "证330822********1234号"),
        ("33082219900101123X,33082219900101123x", "330822********123X,330822********123x"),
    ],
)
def test_numbers_of_persons_are_masked(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "案件20261123-000001",
        "20261123-138123",
        "编号20261123000123",
        "12345热线",
        "12812345678",  # no mobile begins with 12
        "1381234567",
        "138123456789",
        "33082219900101123",  # one digit short
        "3308221990010112345",
        "2026-11-23 09:00:00",
        "118.5123,28.9123",
        "",
    ],
)
def test_ordinary_numbers_are_not_masked(text: str) -> None:
    assert mask(text) == text


@given(st.integers(1, 999_999), st.dates(dt.date(2025, 1, 1), dt.date(2035, 12, 31)))
def test_no_number_of_a_case_is_masked(count: int, day: dt.date) -> None:
    text = f"案件 {day:%Y%m%d}-{count:06d} 已办结"
    assert mask(text) == text


@given(TEXT, st.integers(13_000_000_000, 19_999_999_999))
def test_a_phone_number_never_stays_whole_and_masking_twice_changes_nothing(text: str, phone: int) -> None:
    masked = mask(f"{text},{phone}。")
    assert str(phone) not in masked
    assert mask(masked) == masked


def test_a_town_may_leave_service_orders_to_the_sample() -> None:
    section = read("rules/normal.yaml")["callback"]
    section["ask"] |= {"services": False}
    assert not decide(case(ordered=True), Rules.of(section), SEED).asked
    assert decide(case(ordered=True), NORMAL, SEED).asked


@pytest.mark.parametrize(
    ("answered", "resolved", "holds"),
    [
        ("2026-11-23 10:00", "2026-11-23 09:00", True),
        ("2026-11-23 10:00", "2026-11-23 10:00:05", True),  # clocks of two databases differ by so much
        ("2026-11-23 10:00", "2026-11-23 10:00:06", False),  # it was sent back, and done again
        ("2026-11-23 10:00", None, True),
    ],
)
def test_what_was_said_before_the_check_counts_if_it_is_about_the_work_that_was_checked(
    answered: str, resolved: str | None, holds: bool
) -> None:
    assert still_holds(at(answered), at(resolved).isoformat() if resolved else None) == holds
