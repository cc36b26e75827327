"""Who is on duty when: rotations, what changes them, who is off duty, what will be missing."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dispatch.domain import coverage
from services.dispatch.domain.coverage import Gap
from services.dispatch.domain.duty import (
    Change,
    Leave,
    Off,
    Roster,
    differences,
    off_duty,
    plan,
    required,
    rotation,
)
from services.dispatch.domain.roster_data import Known, read_roster, read_rosters, roster_of
from services.dispatch.domain.stretches import FOREVER, Stretch, Stretches, joined, length, levels, within, without
from tests.unit.qiuchuan import CALENDAR, at

MONDAY = dt.date(2026, 11, 23)
DAYTIME = ((dt.time(8), dt.time(20)),)
AROUND_THE_CLOCK = ((dt.time(8), dt.time(20)), (dt.time(20), dt.time(8)))
ROSTER = Roster("desk", "值班", "t", (("a",), ("b",), ("c",)), MONDAY, hours=DAYTIME)
KNOWN = Known({"a", "b", "c", "d"}, {"t"})


def span(start: str, end: str) -> Stretch:
    return Stretch(at(f"2026-{start}"), at(f"2026-{end}"))


def day_of(text: str) -> dt.date:
    return dt.date.fromisoformat(f"2026-{text}")


# the algebra of stretches, against sets of hours

HOURS = st.integers(0, 30)
PAIRS = st.lists(st.tuples(HOURS, HOURS), max_size=6)
ZERO = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def hour(number: int) -> dt.datetime:
    return ZERO + dt.timedelta(hours=number)


def made(pairs: list[tuple[int, int]]) -> Stretches:
    return joined(Stretch(hour(a), hour(b)) for a, b in pairs)


def hours_in(stretches: Stretches) -> set[int]:
    return {number for number in range(31) for one in stretches if one.holds(hour(number))}


def set_of(pairs: list[tuple[int, int]]) -> set[int]:
    return {number for a, b in pairs for number in range(a, b)}


@given(PAIRS, PAIRS)
def test_stretches_are_sets_of_time(one: list[tuple[int, int]], other: list[tuple[int, int]]) -> None:
    a, b = made(one), made(other)
    assert hours_in(a) == set_of(one)
    assert hours_in(without(a, b)) == set_of(one) - set_of(other)
    assert hours_in(within(a, b)) == set_of(one) & set_of(other)
    for result in (a, without(a, b), within(a, b)):
        assert result == sorted(result)
        assert all(x.end <= y.start for x, y in itertools.pairwise(result))
        assert length(result) == dt.timedelta(hours=len(hours_in(result)))


@given(st.lists(PAIRS, max_size=4), PAIRS)
def test_levels_count_how_many_are_there(covers: list[list[tuple[int, int]]], frame: list[tuple[int, int]]) -> None:
    found = levels([made(cover) for cover in covers], made(frame))
    assert set().union(*(hours_in([part]) for part, _ in found)) == set_of(frame)
    for part, count in found:
        for number in hours_in([part]):
            assert count == sum(number in set_of(cover) for cover in covers)


# rotations


def turns(roster: Roster, first: str, last: str) -> list[tuple[str, str]]:
    return [
        (f"{t.stretch.start:%m-%d %H}", "+".join(t.members))
        for t in rotation(roster, CALENDAR, day_of(first), day_of(last))
    ]


@pytest.mark.parametrize(
    ("changes", "first", "last", "expected"),
    [
        ({}, "11-23", "11-26", [("11-23 08", "a"), ("11-24 08", "b"), ("11-25 08", "c"), ("11-26 08", "a")]),
        ({"turns": 2}, "11-24", "11-25", [("11-24 08", "a"), ("11-25 08", "b")]),
        ({"days": "working"}, "11-27", "12-01", [("11-27 08", "b"), ("11-30 08", "c"), ("12-01 08", "a")]),
        ({"days": "resting"}, "11-23", "12-05", [("11-28 08", "a"), ("11-29 08", "b"), ("12-05 08", "c")]),
        ({"turn": "week"}, "11-29", "11-30", [("11-29 08", "a"), ("11-30 08", "b")]),
        (
            {"turn": "week", "first_day": day_of("11-26")},
            "11-26",
            "11-30",
            [("11-26 08", "a"), ("11-27 08", "a"), ("11-28 08", "a"), ("11-29 08", "a"), ("11-30 08", "b")],
        ),
        ({"last_day": day_of("11-24")}, "11-23", "11-30", [("11-23 08", "a"), ("11-24 08", "b")]),
        ({"groups": (("a", "b"), ("c",))}, "11-23", "11-24", [("11-23 08", "a+b"), ("11-24 08", "c")]),
        ({"hours": AROUND_THE_CLOCK}, "11-23", "11-23", [("11-23 08", "a"), ("11-23 20", "a")]),
        ({"hours": ()}, "11-23", "11-30", []),
        ({}, "11-20", "11-22", []),
    ],
)
def test_groups_take_turns(changes: dict[str, Any], first: str, last: str, expected: list[tuple[str, str]]) -> None:
    assert turns(replace(ROSTER, **changes), first, last) == expected


def test_a_rotation_of_working_days_knows_holidays_and_the_weekends_that_are_worked_instead() -> None:
    """Spring Festival 2026: 14 February and 28 February are worked, 15 to 23 February nobody works."""
    roster = replace(ROSTER, days="working", first_day=dt.date(2026, 2, 13))
    served = [
        t.stretch.start.date().isoformat()[5:]
        for t in rotation(roster, CALENDAR, dt.date(2026, 2, 13), dt.date(2026, 3, 1))
    ]
    assert served == ["02-13", "02-14", "02-24", "02-25", "02-26", "02-27", "02-28"]


def test_a_shift_over_midnight_ends_on_the_next_day() -> None:
    night = replace(ROSTER, hours=((dt.time(18), dt.time(8)),))
    (turn,) = rotation(night, CALENDAR, MONDAY, MONDAY)
    assert turn.stretch == span("11-23 18:00", "11-24 08:00")


# what changes them


def shifts(*changes: Change, roster: Roster = ROSTER) -> dict[str, Stretches]:
    return plan([roster], changes, CALENDAR, day_of("11-23"), day_of("11-25"))[roster.roster_id]


def test_somebody_steps_in_for_a_part_of_a_shift() -> None:
    part = span("11-23 14:00", "11-23 16:00")
    planned = shifts(
        Change("desk", "a", False, part), Change("desk", "d", True, part), Change("other", "b", False, part)
    )
    assert planned["a"] == [span("11-23 08:00", "11-23 14:00"), span("11-23 16:00", "11-23 20:00")]
    assert planned["d"] == [part]
    assert planned["b"] == [span("11-24 08:00", "11-24 20:00")]


def test_what_was_said_last_counts() -> None:
    whole = span("11-23 08:00", "11-23 20:00")
    assert shifts(Change("desk", "a", False, whole)).get("a") is None
    assert shifts(Change("desk", "a", False, whole), Change("desk", "a", True, whole))["a"] == [whole]


@given(PAIRS, PAIRS, PAIRS, PAIRS)
def test_differences_make_one_plan_of_the_other(a: Any, b: Any, wanted_a: Any, wanted_b: Any) -> None:
    before, wanted = {"a": made(a), "b": made(b)}, {"a": made(wanted_a), "b": made(wanted_b)}
    changes = differences("r", before, wanted)
    after = {member: hours_in(stretches) for member, stretches in before.items()}
    for change in changes:
        these = hours_in([change.stretch])
        after[change.member_id] = after[change.member_id] | these if change.on else after[change.member_id] - these
    assert after == {member: hours_in(stretches) for member, stretches in wanted.items()}
    assert not differences("r", wanted, wanted)


# who is off duty


def off(
    *leaves: Leave, rosters: tuple[Roster, ...] = (ROSTER,), since: str = "11-23 10:00", planned_until: str = "11-25"
) -> list[Off]:
    planned = plan(rosters, (), CALENDAR, day_of("11-23"), day_of(planned_until))
    return off_duty(rosters, planned, leaves, CALENDAR, at(f"2026-{since}"), day_of("11-30"))


def test_whoever_belongs_to_a_roster_is_on_duty_in_its_shifts_alone() -> None:
    assert off()[:2] == [
        Off("a", Stretch(at("2026-11-23 20:00"), FOREVER), "no_shift"),
        Off("b", span("11-23 10:00", "11-24 08:00"), "no_shift"),
    ]
    assert [one for one in off() if one.member_id == "d"] == []  # on no roster: always there


def test_a_roster_binds_from_its_first_day_to_its_last() -> None:
    later = replace(ROSTER, groups=(("a",),), first_day=day_of("11-24"), last_day=day_of("11-24"))
    assert off(rosters=(later,)) == [
        Off("a", span("11-24 00:00", "11-24 08:00"), "no_shift"),
        Off("a", span("11-24 20:00", "11-25 00:00"), "no_shift"),
    ]


def test_a_roster_may_bind_on_its_days_alone_or_never() -> None:
    rest_days = replace(ROSTER, groups=(("a",), ("b",)), days="resting", binds="served")
    assert off(rosters=(replace(rest_days, binds="never"),)) == []
    assert off(rosters=(rest_days,), planned_until="11-29") == [
        Off("a", span("11-28 00:00", "11-28 08:00"), "no_shift"),
        Off("a", span("11-28 20:00", "11-29 00:00"), "no_shift"),
        Off("a", span("11-29 00:00", "11-30 00:00"), "no_shift"),
        Off("b", span("11-28 00:00", "11-29 00:00"), "no_shift"),
        Off("b", span("11-29 00:00", "11-29 08:00"), "no_shift"),
        Off("b", span("11-29 20:00", "11-30 00:00"), "no_shift"),
    ]


def test_a_shift_on_any_roster_is_duty() -> None:
    night = replace(ROSTER, roster_id="night", groups=(("a",),), hours=((dt.time(20), dt.time(8)),))
    of_a = [one.stretch for one in off(rosters=(ROSTER, night)) if one.member_id == "a"]
    assert of_a[0] == span("11-24 08:00", "11-24 20:00")


def test_leave_comes_before_everything_and_has_a_delegate() -> None:
    found = off(Leave("a", span("11-22 00:00", "11-23 12:00"), "d"), Leave("d", span("11-24 00:00", "11-25 00:00")))
    assert found[0] == Off("a", span("11-23 10:00", "11-23 12:00"), "leave", "d")
    assert found[1] == Off("d", span("11-24 00:00", "11-25 00:00"), "leave")


MEMBERS = st.sampled_from("abcd")
LEAVES = st.lists(st.builds(lambda m, a, b: Leave(m, Stretch(hour(a), hour(b))), MEMBERS, HOURS, HOURS), max_size=5)


@given(LEAVES, st.sets(MEMBERS, min_size=1), st.integers(0, 5))
def test_off_duty_is_leave_or_no_shift_and_never_twice(leaves: list[Leave], crew: set[str], start: int) -> None:
    roster = replace(ROSTER, groups=(tuple(sorted(crew)),), first_day=ZERO.date(), hours=((dt.time(10), dt.time(12)),))
    planned = plan([roster], (), CALENDAR, ZERO.date(), ZERO.date() + dt.timedelta(days=2))
    found = off_duty([roster], planned, leaves, CALENDAR, hour(start), ZERO.date() + dt.timedelta(days=9))
    for member in "abcd":
        mine = [one for one in found if one.member_id == member]
        for number in range(start, 31):
            away = any(one.member_id == member and one.stretch.holds(hour(number)) for one in leaves)
            shift = any(one.holds(hour(number)) for one in planned["desk"].get(member, ()))
            why = [one.why for one in mine if one.stretch.holds(hour(number))]
            assert why == (["leave"] if away else ["no_shift"] if member in crew and not shift else [])


# what will be missing


def test_a_roster_has_a_gap_when_too_few_are_there() -> None:
    frame = span("11-23 00:00", "11-25 00:00")
    away = [
        Off("a", span("11-23 12:00", "11-23 14:00"), "leave"),
        Off("b", span("11-24 09:00", "11-24 10:00"), "no_shift"),
    ]
    needed = required(ROSTER, CALENDAR, day_of("11-23"), day_of("11-25"))
    found = coverage.roster_gaps(ROSTER, needed, shifts(), away, frame)
    assert found == [Gap("roster", "desk", span("11-23 12:00", "11-23 14:00"), 1, 0)]
    of_two = coverage.roster_gaps(replace(ROSTER, needs=2), needed, shifts(), [], frame)
    assert [(gap.stretch, gap.has) for gap in of_two] == [
        (span("11-23 08:00", "11-23 20:00"), 1),
        (span("11-24 08:00", "11-24 20:00"), 1),
    ]


def test_a_grid_without_anybody_and_an_empty_desk_are_gaps() -> None:
    frame = span("11-23 00:00", "11-24 00:00")
    posts = {("worker", "g1"): ["w1"], ("leader", "g1"): ["l1"], ("worker", "g2"): ["w2"], ("desk", "t"): ["d1"]}
    away = [
        Off("w1", span("11-23 08:00", "11-23 12:00"), "leave"),
        Off("l1", span("11-23 10:00", "11-23 14:00"), "no_shift"),
        Off("d1", span("11-23 20:00", "11-25 08:00"), "no_shift"),
    ]
    assert coverage.post_gaps(["g1", "g2", "g3"], posts, away, frame) == [
        Gap("grid", "g1", span("11-23 10:00", "11-23 12:00"), 1, 0),
        Gap("grid", "g3", frame, 1, 0),
        Gap("desk", "", span("11-23 20:00", "11-24 00:00"), 1, 0),
    ]


def test_whoever_has_much_more_than_the_others_is_named() -> None:
    frame = span("11-23 00:00", "12-23 00:00")
    planned = plan([ROSTER], (), CALENDAR, day_of("11-23"), day_of("12-22"))["desk"]
    fair = coverage.shares(ROSTER, planned, frame, coverage.turn_length(ROSTER))
    assert [(one.hours, one.unfair) for one in fair] == [(120.0, False)] * 3
    some = planned["b"][:4]
    changes = [Change("desk", "b", False, one) for one in some] + [Change("desk", "a", True, one) for one in some]
    moved = plan([ROSTER], changes, CALENDAR, day_of("11-23"), day_of("12-22"))["desk"]
    shared = coverage.shares(ROSTER, moved, frame, coverage.turn_length(ROSTER))
    assert [(one.member_id, one.hours, one.unfair) for one in shared] == [
        ("a", 168.0, True),
        ("b", 72.0, True),
        ("c", 120.0, False),
    ]


@given(st.integers(1, 8), st.integers(1, 3), st.sampled_from(["day", "week"]), st.integers(1, 90))
def test_no_rotation_is_unfair_by_itself(groups: int, length_: int, turn: str, days: int) -> None:
    crew = tuple((f"m{number}",) for number in range(groups))
    roster = replace(ROSTER, groups=crew, turn=turn, turns=length_, fair_percent=0)
    last = MONDAY + dt.timedelta(days=days - 1)
    planned = plan([roster], (), CALENDAR, MONDAY, last)["desk"]
    frame = Stretch(at("2026-11-23 00:00"), at("2026-11-23 00:00") + dt.timedelta(days=days))
    assert not any(one.unfair for one in coverage.shares(roster, planned, frame, coverage.turn_length(roster)))


# rosters as data

GOOD: dict[str, Any] = {
    "roster_id": "desk-night",
    "name": "镇值班室夜班",
    "grid_id": "t",
    "groups": [["a", "b"], ["c"]],
    "first_day": "2026-11-23",
    "hours": [{"from": "18:00", "to": "08:00"}],
    "turn": "2 week",
    "days": "working",
    "needs": 2,
}


def test_a_roster_is_read_and_written_as_the_same() -> None:
    roster, problems = read_roster(GOOD, KNOWN)
    assert problems == [] and roster is not None
    assert (roster.turns, roster.turn, roster.crew) == (2, "week", ("a", "b", "c"))
    assert roster_of(roster.as_dict()) == roster


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"roster_id": "Nacht"}, ("roster_id",)),
        ({"name": " "}, ("name",)),
        ({"grid_id": 330822}, ("grid_id",)),
        ({"grid_id": "elsewhere"}, ("grid_id",)),
        ({"groups": []}, ("groups",)),
        ({"groups": [["a"], []]}, ("groups", 1)),
        ({"groups": [["a", "nobody"]]}, ("groups", 0, 1)),
        ({"groups": [["a", ["b"]]]}, ("groups", 0, 1)),
        ({"groups": [["a", "a"]]}, ("groups", 0)),
        ({"first_day": "soon"}, ("first_day",)),
        ({"first_day": 20261123}, ("first_day",)),
        ({"last_day": "2026-11-22"}, ("last_day",)),
        ({"hours": [{"from": "18:00"}]}, ("hours", 0)),
        ({"hours": [{"from": "18:00", "to": 8}]}, ("hours", 0)),
        ({"hours": [{"from": "08:00", "to": "12:00"}, {"from": "11:00", "to": "14:00"}]}, ("hours", 1)),
        ({"hours": [{"from": "20:00", "to": "06:00"}, {"from": "07:00", "to": "14:00"}]}, ("hours", 1)),
        ({"days": "sundays"}, ("days",)),
        ({"turn": "1 month"}, ("turn",)),
        ({"binds": False}, ("binds",)),
        ({"turn": 1}, ("turn",)),
        ({"needs": True}, ("needs",)),
        ({"needs": -1}, ("needs",)),
        ({"color": "red"}, ("color",)),
        ({"name": None}, ("name",)),
    ],
)
def test_a_wrong_roster_is_refused_with_the_place(changes: dict[str, Any], place: tuple[Any, ...]) -> None:
    roster, problems = read_roster(GOOD | changes, KNOWN)
    assert roster is None and [problem.place for problem in problems] == [place]
    assert problems[0].problem and problems[0].repair


def test_a_file_of_rosters_is_refused_whole() -> None:
    rosters, problems = read_rosters({"rosters": [GOOD, GOOD | {"days": "x"}, GOOD, 7]}, KNOWN)
    assert {problem.place for problem in problems} == {
        ("rosters", 1, "days"),
        ("rosters", 2, "roster_id"),
        ("rosters", 3),
    }
    assert len(rosters) == 2
    for nonsense in (None, [], {}, {"rosters": 1}, {"rosters": [], "more": 1}):
        assert read_rosters(nonsense, KNOWN)[1]
    assert read_rosters({"rosters": []}, KNOWN) == ([], [])
