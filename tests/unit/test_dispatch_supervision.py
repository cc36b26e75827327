"""Supervision: up the tree of areas, checks that nobody makes, reminders that repeat, the quiet hours, and what a rule
set may say about all that."""

from __future__ import annotations

import copy
import datetime as dt
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.dispatch.domain import ladder_data, starting
from services.dispatch.domain import order as orders
from services.dispatch.domain.assignment import Roster
from services.dispatch.domain.clock import RUNNING
from services.dispatch.domain.deciding import Circumstances
from services.dispatch.domain.escalation import NOT_RESOLVED, NOT_VERIFIED, Rules, redated, terms
from services.dispatch.domain.limits import Quiet, postponed
from services.dispatch.domain.order import Order
from services.dispatch.domain.policy import Matter
from services.dispatch.domain.posts import Member
from services.dispatch.domain.rerouting import reroute
from services.dispatch.domain.rule_set import mistakes_in
from services.dispatch.domain.supervision import lifted, silent_until, take_step
from services.dispatch.use_cases.watching import _silent
from tests.unit.qiuchuan import CALENDAR, GRID, OTHER_GRID, RULES, ZONE, at, case_of, read, roster

START = at("2026-11-23 09:00")
AREAS = ["g1m1", GRID, "village", "town"]  # a micro grid and what it lies in
TREE = (
    ("w1", "worker", "g1m1"),
    ("l1", "leader", GRID),
    ("gd", "guide", "village"),
    ("mayor", "leader", "town"),
    ("e1", "enforcement", "town"),
    ("l2", "leader", OTHER_GRID),
    ("d1", "desk", "town"),
    ("d2", "desk", "town"),
)
SECTION = read("rules/normal.yaml")["dispatch"]
MINUTE = dt.timedelta(minutes=1)


def tree(*off: str) -> Roster:
    return Roster([Member(name, role, unit, name not in off) for name, role, unit in TREE], {}, {})


def started(level: str = "P3", rules: Rules = RULES["normal"], start: dt.datetime = START) -> Order:
    made = terms(rules, CALENDAR, level, "complaint", "0102", None, start)
    choice = roster().handler(Matter(GRID))
    assert choice
    return starting.start(case_of(GRID, level=level), "o", 1, choice, made, start).order


def being_checked(checker: str = "l1") -> Order:
    order = replace(started(), state="in_progress")
    choice = roster().chosen(roster().member(checker) or Member(checker, "checker", "town", True), "x")
    return orders.resolved(order, "w1", choice, "done", (), START, CALENDAR).order


@pytest.mark.parametrize(
    ("handler", "level", "off", "but", "expected"),
    [
        ("w1", "leader", (), (), "l1"),
        ("w1", "leader", ("l1",), (), "gd"),
        ("w1", "leader", ("l1", "gd"), (), "mayor"),
        ("w1", "leader", ("l1", "gd", "mayor"), (), "d1"),
        ("w1", "leader", (), ("l1",), "gd"),
        ("w1", "desk", (), (), "d1"),
        ("l1", "leader", (), (), "gd"),  # never to themselves
        ("gd", "leader", (), (), "mayor"),
        ("mayor", "leader", (), (), "d1"),
        ("l2", "leader", (), (), "l1"),  # leads elsewhere, and works on it here, below the grid's leader
        ("e1", "leader", (), (), "l1"),
        ("d1", "leader", (), (), None),  # the desk is the end
        ("d1", "desk", (), (), None),
        ("mayor", "leader", (), ("d1",), "d2"),
        ("mayor", "leader", (), ("d1", "d2"), None),
    ],
)
def test_escalation_goes_up_the_tree_of_areas(
    handler: str, level: str, off: tuple[str, ...], but: tuple[str, ...], expected: str | None
) -> None:
    choice = tree(*off).above(handler, AREAS, level, but)
    assert (choice.member.member_id if choice else None) == expected


def test_everybody_on_the_way_up_has_it_once() -> None:
    handler, way = "w1", []
    while choice := tree().above(handler, AREAS, "leader"):
        handler = choice.member.member_id
        way.append(handler)
    assert way == ["l1", "gd", "mayor", "d1"]


def test_a_reminder_repeats_each_time_so_much_after_it_came() -> None:
    order = replace(started("P1"), state="in_progress")
    step = next(s for s in order.terms.ladder if s.every and s.when == NOT_RESOLVED)
    said = []
    now = step.at or START
    for nth in range(1, 5):
        current = next(s for s in order.terms.ladder if s.step == step.step)
        assert current.at and current.at <= now
        moved = take_step(order, current, roster(), CALENDAR, now)
        order, facts = moved.order, moved.changes[0].said
        assert (facts["nth"], facts["to_member_id"], facts["copy_to_member_id"]) == (nth, "w1", "l1")
        said.append(facts["why"])
        again = next(s for s in order.terms.ladder if s.step == step.step)
        assert again.came == nth and again.at and again.fired_at == now
        assert CALENDAR.between(now, again.at) == CALENDAR.day_length  # one working day
        now = again.at + 90 * MINUTE  # noticed late: the next one keeps its distance
    assert len(set(said)) == 4


def test_a_pause_moves_what_repeats_and_a_correction_keeps_how_often_it_came() -> None:
    order = replace(started("P1"), state="in_progress")
    step = next(s for s in order.terms.ladder if s.every and s.when == NOT_RESOLVED)
    came = order.terms.fired(step, step.at or START, CALENDAR)
    assert redated(came, START, RUNNING, CALENDAR) == came
    since = (step.at or START) + 30 * MINUTE
    moved = redated(came, START, RUNNING.paused(since, since + dt.timedelta(days=7)), CALENDAR)
    before, after = (next(s for s in of.ladder if s.step == step.step) for of in (came, moved))
    assert before.at and after.at and after.at > before.at + dt.timedelta(days=5)


@pytest.mark.parametrize(
    ("step", "to", "measure", "checker", "colour"),
    [(10, "l1", "remind", "l1", "blue"), (11, "d1", "escalate", "d1", "yellow"), (12, "l1", "remind", "l1", "yellow")],
)
def test_a_check_that_nobody_makes_is_watched(step: int, to: str, measure: str, checker: str, colour: str) -> None:
    order = being_checked()
    rung = order.terms.ladder[step - 1]
    assert rung.at and order.next_step and order.next_step.when == NOT_VERIFIED
    moved = take_step(order, rung, roster(), CALENDAR, rung.at, [GRID])
    said = moved.changes[0].said
    assert (said["role"], said["from_member_id"], said["to_member_id"], said["measure"]) == (
        "checker",
        "l1",
        to,
        measure,
    )
    assert (moved.order.checker_id, moved.order.member_id, moved.order.state) == (checker, "w1", "resolved")
    assert (said["supervision"], said["unit"]) == (colour, GRID)
    if measure == "escalate":
        (change,) = moved.changes
        assert change.ends == (("checker", "escalated"),) and change.starts[0][1].member.member_id == "d1"
        left = [s for s in moved.order.terms.ladder if s.when == NOT_VERIFIED and s.pending and s.step > 11]
        assert [s.at for s in left] == [CALENDAR.add(rung.at, CALENDAR.day_length)]  # the time that the ladder gives


def test_a_check_never_goes_to_the_handler_and_stays_when_nobody_stands_above() -> None:
    order = replace(being_checked("c1"), member_id="l1")
    step = order.terms.ladder[10]
    assert take_step(order, step, roster(), CALENDAR, START, [GRID]).order.checker_id == "d1"
    order = replace(being_checked("d2"), member_id="d1")
    moved = take_step(order, step, roster(), CALENDAR, START, [GRID])
    assert (moved.order.checker_id, moved.changes[0].said["measure"]) == ("d2", "remind")


def test_another_checker_has_the_whole_time() -> None:
    order = being_checked()
    now = order.terms.ladder[9].at
    assert now
    order = take_step(order, order.terms.ladder[9], roster(), CALENDAR, now, [GRID]).order
    moved = reroute(order, {"l1": None}, roster(("l1",)), CALENDAR, now)
    assert moved and moved.order.next_step and moved.order.next_step.step == 10
    assert moved.order.next_step.at and moved.order.next_step.at > now


def test_a_red_card_costs_points_and_the_leader_hears_it() -> None:
    order = replace(started(), state="in_progress")
    said = take_step(order, order.terms.ladder[6], roster(), CALENDAR, START).changes[0].said
    assert (said["measure"], said["points"], said["unit"], said["copy_to_member_id"]) == ("red_card", -2, GRID, "l1")


def test_a_copy_goes_to_nobody_twice() -> None:
    order = replace(started(), state="in_progress", member_id="d1")
    said = take_step(order, order.terms.ladder[6], roster(), CALENDAR, START).changes[0].said
    assert "copy_to_member_id" not in said  # nobody stands above the desk


def test_a_problem_case_goes_one_level_up_and_keeps_its_colour() -> None:
    order = replace(started(), state="in_progress")
    above = roster().above("w1", [GRID], "leader")
    assert above
    moved = lifted(order, above, "3 transfers", START, CALENDAR)
    assert [change.kind for change in moved.changes] == ["escalated", "assigned"]
    assert moved.changes[0].said["step"] == 0 and moved.changes[0].ends == (("handler", "escalated"),)
    assert (moved.order.member_id, moved.order.state, moved.order.supervision) == ("l1", "dispatched", "none")


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-23 21:59", None),
        ("2026-11-23 22:00", "2026-11-24 07:00"),
        ("2026-11-24 03:00", "2026-11-24 07:00"),
        ("2026-11-24 07:00", None),
    ],
)
def test_in_the_quiet_hours_everything_waits(now: str, until: str | None) -> None:
    quiet = RULES["normal"].quiet
    assert silent_until(quiet, at(now), CALENDAR) == (at(until) if until else None)
    assert silent_until(None, at(now), CALENDAR) is None


@settings(max_examples=60)
@given(
    st.sampled_from(["P1", "P2", "P3", "P4"]),
    st.datetimes(dt.datetime(2026, 9, 20), dt.datetime(2026, 10, 20)),
    st.lists(st.integers(1, 900), min_size=20, max_size=60),
    st.sampled_from(["nobody", "acknowledges", "resolves"]),
)
def test_each_step_once_never_early_never_in_the_quiet_hours(
    level: str, start: dt.datetime, waits: list[int], who: str
) -> None:
    """A watcher that looks now and then, and is away for hours: what it does to an order."""
    now = start.replace(tzinfo=ZONE)
    order, came, quiet = started(level, start=now), Counter[tuple[int, str, int | None]](), RULES["normal"].quiet
    if who != "nobody":
        order = orders.acknowledged(order, order.member_id, now).order
    if who == "resolves":
        choice = roster().checker(GRID, order.member_id)
        assert choice
        order = orders.resolved(order, order.member_id, choice, "x", (), now, CALENDAR).order
    assert quiet
    for wait in waits:
        now += wait * MINUTE
        while order.next_at and order.next_at <= now and not _silent(order, CALENDAR, now):
            step = order.next_step
            assert step and step.at and step.at <= now
            moved = take_step(order, step, roster(), CALENDAR, now, [GRID])
            said = moved.changes[0].said
            came[step.step, said["from_member_id"], said.get("nth")] += 1
            assert level in quiet.excepted or postponed(now, Quiet(quiet.start, quiet.end), ZONE) == now
            order = moved.order
        assert order.next_at, "there is always a next step"
    assert set(came.values()) <= {1}


WRONG: list[tuple[dict[str, Any], list[Any]]] = [
    ({"ladder": []}, [("ladder",)]),
    ({"ladder": "steps"}, [("ladder",)]),
    ({"limits": 1}, [("limits",)]),
    ({"limits": {"acknowledge": {"P1": "soon"}}}, [("limits", "acknowledge", "P1")]),
    ({"limits": {"verify": {"P1": "0 day"}}}, [("limits", "verify", "P1")]),
    ({"limits": {"kinds": {}}}, [("limits", "kinds")]),
    ({"limits": {"level": {"P9": "1 day"}}}, [("limits", "level", "P9")]),
    ({"quiet_hours": {"from": "22:00", "to": 7}}, [("quiet_hours", "to")]),
    ({"quiet_hours": {"from": "22:00"}}, [("quiet_hours",)]),
    ({"quiet_hours": {"except": "P1"}}, [("quiet_hours", "except")]),
    ({"supervision": {"letter": {"yellows": -1}}}, [("supervision", "letter", "yellows")]),
    ({"supervision": {"letter": {"yellows": True}}}, [("supervision", "letter", "yellows")]),
    ({"supervision": {"letter": {"points": "one"}}}, [("supervision", "letter", "points")]),
    ({"supervision": {"letter": {"reds": 1}}}, [("supervision", "letter", "reds")]),
    ({"supervision": {"interviews": {}}}, [("supervision", "interviews")]),
    ({"supervision": {"problem_case": 3}}, [("supervision", "problem_case")]),
    ({"supervision": []}, [("supervision",)]),
]


@pytest.mark.parametrize(("changes", "where"), WRONG)
def test_each_mistake_has_its_place_and_repair(changes: dict[str, Any], where: list[Any]) -> None:
    section = copy.deepcopy(SECTION)
    for name, value in changes.items():
        whole = isinstance(value, dict) and isinstance(section.get(name), dict)
        section[name] = _merged(section[name], value) if whole else value
        if name == "quiet_hours" and isinstance(value, dict) and "to" not in value and "from" in value:
            del section[name]["to"]
    found = mistakes_in(section)
    assert [place for place, _, _ in found] == where
    assert all(problem and repair for _, problem, repair in found)


@pytest.mark.parametrize(
    ("step", "key"),
    [
        ({"step": 0}, "step"),
        ({"step": 1}, "step"),  # stands twice
        ({"when": "not_liked"}, "when"),
        ({"after": 0}, "after"),
        ({"after": True}, "after"),
        ({"later": "soon"}, "later"),
        ({"every": "1 fortnight"}, "every"),
        ({"measure": "shout"}, "measure"),
        ({"measure": ["remind"]}, "measure"),
        ({"to": "mayor"}, "to"),
        ({"copy": "everybody"}, "copy"),
        ({"copy": "checker"}, "copy"),  # nobody checks what is not resolved
        ({"points": "2"}, "points"),
        ({"points": -1000}, "points"),
        ({"measure": "red_card"}, "every"),  # only reminders repeat
        ({"measure": "escalate", "every": None}, "to"),  # to the worker
        ({"colour": "green"}, "colour"),
        ({"to": None}, ""),
    ],
)
def test_each_mistake_of_a_step_is_named(step: dict[str, Any], key: str) -> None:
    section = copy.deepcopy(SECTION)
    rung = {name: value for name, value in (section["ladder"][7] | step).items() if value is not None}
    section["ladder"][7] = rung
    found = [(place, problem, repair) for place, problem, repair in mistakes_in(section)]
    assert (("ladder", 7, key) if key else ("ladder", 7)) in [place for place, _, _ in found]
    assert found and all(problem and repair for _, problem, repair in found)


@pytest.mark.parametrize("when", ladder_data.WATCHES)
def test_a_ladder_never_ends(when: str) -> None:
    """Whatever is watched is reminded of without end: so every open order has a next step."""
    section = copy.deepcopy(SECTION)
    section["ladder"] = [step for step in section["ladder"] if step["when"] != when or "every" not in step]
    (problem,) = mistakes_in(section)
    assert problem[0] == ("ladder",) and when in problem[1] and "every" in problem[2]


def test_every_level_has_its_limits() -> None:
    for name in ("acknowledge", "level", "verify"):
        section = copy.deepcopy(SECTION)
        del section["limits"][name]["P4"]
        assert [place for place, _, _ in mistakes_in(section)] == [("limits", name)]
        del section["limits"][name]
        assert [place for place, _, _ in mistakes_in(section)] == [("limits", name)]


@pytest.mark.parametrize("name", ["normal", "practice"])
def test_the_sample_town_has_the_whole_ladder(name: str) -> None:
    section = read(f"rules/{name}.yaml")["dispatch"]
    assert mistakes_in(section) == []
    assert {step["when"] for step in section["ladder"]} == set(ladder_data.WATCHES)


def test_of_a_crossing_of_levels_there_is_always_a_next_step() -> None:
    for level in ("P1", "P2", "P3", "P4"):
        around = Circumstances(roster(), CALENDAR, START)
        order = started(level)
        assert order.next_at and around.now < order.next_at


def _merged(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    return old | {
        key: old[key] | value if isinstance(value, dict) and isinstance(old.get(key), dict) else value
        for key, value in new.items()
    }
