"""Help and decisions that are awaited of others: whoever owes them is reminded, and then it goes one level up."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from services.dispatch.domain import order as orders
from services.dispatch.domain import starting
from services.dispatch.domain.actions import act
from services.dispatch.domain.awaited import remind
from services.dispatch.domain.awaited_data import Awaited, problems
from services.dispatch.domain.conduct import Conduct
from services.dispatch.domain.deciding import Action, Circumstances, Refused
from services.dispatch.domain.escalation import terms
from services.dispatch.domain.order import Moved, Order
from services.dispatch.domain.parts import as_document, assist_of, request_of
from services.dispatch.domain.policy import Matter
from tests.unit.qiuchuan import CALENDAR, GRID, OTHER_GRID, RULES, at, case_of, read, roster

NORMAL = Conduct.of(read("rules/normal.yaml")["dispatch"])
MONDAY = at("2026-11-23 09:00")


def around(now: dt.datetime, off: tuple[str, ...] = (), conduct: Conduct = NORMAL) -> Circumstances:
    return Circumstances(roster(off), CALENDAR, now, conduct)


def at_work(level: str = "P3", now: dt.datetime = MONDAY) -> Order:
    made = terms(RULES["normal"], CALENDAR, level, "complaint", "0102", None, now)
    choice = roster().handler(Matter(GRID))
    assert choice
    begun = starting.start(case_of(GRID, level=level), "o", 1, choice, made, now).order
    return orders.acknowledged(begun, "w1", now).order


def done(order: Order, who: str, what: str, now: dt.datetime, conduct: Conduct = NORMAL, **more: Any) -> Order:
    action = Action("k", who, what, order.id, note="n", reason="r", **more)
    decided = act(order, action, around(now, conduct=conduct))
    assert isinstance(decided, Moved), decided
    return decided.order


def asked(order: Order, kind: str, now: dt.datetime = MONDAY) -> Order:
    until = at("2026-12-04 17:30") if kind == "extend" else at("2026-11-27 09:00")
    return done(order, "w1", kind, now, until=until)


def helped(order: Order, until: dt.datetime | None, now: dt.datetime = MONDAY) -> Order:
    return done(order, "w1", "assist", now, to=OTHER_GRID, until=until)


def reminded_at(order: Order) -> dt.datetime | None:
    return order.awaited.next_at if order.awaited else None


def story(order: Order, off: tuple[str, ...] = ()) -> list[tuple[str, str, str]]:
    """All reminders, each when it is due: (when, from whom, to whom); a moment earlier nobody is reminded."""
    told = []
    while moment := reminded_at(order):
        assert remind(order, around(moment - dt.timedelta(microseconds=1), off)) is None
        moved = remind(order, around(moment, off))
        assert moved
        (change,) = moved.changes
        assert (change.kind, change.before, change.order.version) == ("awaited", order.state, order.version + 1)
        told.append((f"{moment:%m-%d %H:%M}", change.said["from_member_id"], change.said["to_member_id"]))
        order = moved.order
    return told


@pytest.mark.parametrize("kind", ["suspend", "extend"])
def test_an_undecided_request_is_reminded_of_and_then_goes_to_the_desk(kind: str) -> None:
    order = asked(at_work(), kind)
    assert story(order) == [("11-23 11:00", "l1", "l1"), ("11-23 15:00", "l1", "d1")]


def test_whoever_it_has_gone_up_to_may_decide_and_then_nobody_is_reminded() -> None:
    order = asked(at_work(), "suspend")
    for moment in (at("2026-11-23 11:00"), at("2026-11-23 15:00")):
        moved = remind(order, around(moment))
        assert moved
        order = moved.order
    assert order.request and order.request.approver_id == "d1"
    suspended = done(order, "d1", "approve", at("2026-11-23 15:30"))
    assert (suspended.state, suspended.awaited) == ("suspended", None)


def test_late_help_goes_to_who_leads_the_unit_and_a_day_later_to_the_desk() -> None:
    order = helped(at_work(), at("2026-11-24 09:00"))
    assert story(order) == [
        ("11-23 16:36", "w3", "w3"),  # 0.8 of seven working hours
        ("11-24 09:00", "w3", "l2"),
        ("11-25 09:00", "l2", "d1"),
    ]


def test_without_a_leader_on_duty_it_goes_to_the_desk_at_once() -> None:
    order = helped(at_work(), at("2026-11-24 09:00"))
    assert story(order, off=("l2",))[1:] == [("11-24 09:00", "w3", "d1"), ("11-25 09:00", "d1", "d1")]


def test_who_answers_for_late_help_may_say_that_it_is_done() -> None:
    order = helped(at_work(), at("2026-11-24 09:00"))
    refused = act(order, Action("k", "l2", "assist_done", order.id, note="n"), around(MONDAY))
    assert isinstance(refused, Refused) and refused.code == "not_yours"
    for moment in (at("2026-11-24 08:40"), at("2026-11-24 09:00")):
        moved = remind(order, around(moment))
        assert moved
        order = moved.order
    assert done(order, "l2", "assist_done", at("2026-11-24 10:00")).assists == ()
    assert done(order, "w3", "assist_done", at("2026-11-24 10:00")).assists == ()


def test_help_without_a_date_of_its_own_is_due_with_the_order_and_never_reminded_of_before() -> None:
    order = helped(at_work(), None)
    (assist,) = order.assists
    assert [nudge.at for nudge in assist.watch if nudge.share == 1.0 and not nudge.later] == [order.due_at]


def test_an_order_without_limit_has_help_that_nobody_is_reminded_of() -> None:
    assert reminded_at(helped(at_work("P9"), None))  # kind complaint sets one
    free = replace(at_work("P9"), due_at=None)
    assert helped(free, None).awaited is None
    assert asked(free, "suspend").awaited is None  # no time for deciding about P9


@pytest.mark.parametrize(("level", "when"), [("P3", "11-24 07:00"), ("P1", "11-23 23:00")])
def test_nobody_is_reminded_at_night_but_about_what_is_urgent(level: str, when: str) -> None:
    late = at("2026-11-23 21:30")
    until = at("2026-11-23 23:00") if level == "P1" else at("2026-11-24 06:00")
    order = replace(at_work(level, late), terms=replace(at_work(level, late).terms, resolve=None))
    reminded = [moment for moment, _, _ in story(helped(order, until, late))]
    assert reminded[1] == when and all("07:00" <= moment[-5:] < "22:00" for moment in reminded if level != "P1")


def test_the_one_who_asks_never_decides_even_when_it_goes_up() -> None:
    crew = around(MONDAY)
    choice = crew.roster.chosen(crew.roster.member("d1"), "by hand")  # type: ignore[arg-type]
    order = orders.hand_over(at_work(), choice, MONDAY, CALENDAR).order
    order = done(orders.acknowledged(order, "d1", MONDAY).order, "d1", "suspend", MONDAY, until=at("2026-11-27 09:00"))
    assert story(order)[-1][2] == "d2"


def test_what_is_asked_of_a_new_rule_set_does_not_change_what_was_copied() -> None:
    order = asked(at_work(), "suspend")
    assert order.request and len(order.request.watch) == 2
    assert request_of(as_document(order.request)) == order.request
    (assist,) = helped(order, at("2026-11-24 09:00")).assists
    assert assist_of(as_document(assist)) == assist and assist.watch


def test_nothing_of_an_order_that_has_ended_is_awaited() -> None:
    order = helped(asked(at_work(), "suspend"), at("2026-11-24 09:00"))
    ended = orders.withdrawn(order, "merged", MONDAY).order
    assert ended.awaited is None and remind(ended, around(at("2026-12-24 09:00"))) is None


@pytest.mark.parametrize(
    ("part", "place", "repair"),
    [
        ([], ("awaited",), "write awaited"),
        ({"who": 1}, ("awaited", "who"), "use decide, reminders"),
        ({"decide": []}, ("awaited", "decide"), "write {P3"),
        ({"decide": {"P3": "soon"}}, ("awaited", "decide", "P3"), "4 working_hour"),
        ({"decide": {"P3": 4}}, ("awaited", "decide", "P3"), "4 working_hour"),
        ({"reminders": {}}, ("awaited", "reminders"), "write a list"),
        ({"reminders": [7]}, ("awaited", "reminders", 0), "write {of"),
        ({"reminders": [{"of": "x", "after": 1, "to": "desk"}]}, ("awaited", "reminders", 0, "of"), "assist, request"),
        ({"reminders": [{"of": "assist", "after": 1, "to": "x"}]}, ("awaited", "reminders", 0, "to"), "asked, above"),
        ({"reminders": [{"of": "assist", "to": "desk"}]}, ("awaited", "reminders", 0, "after"), "write a number"),
        (
            {"reminders": [{"of": "assist", "after": 1, "to": "desk", "later": "x"}]},
            ("awaited", "reminders", 0, "later"),
            "1 working_day",
        ),
        (
            {"reminders": [{"of": "assist", "after": 1, "to": "desk", "note": "x"}]},
            ("awaited", "reminders", 0, "note"),
            "use of, after",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place_and_the_repair(part: Any, place: tuple[Any, ...], repair: str) -> None:
    ((where, problem, how),) = problems(part)
    assert (where, bool(problem)) == (place, True) and repair in how


def test_the_sample_town_has_the_usual_values_and_they_are_right() -> None:
    assert NORMAL.awaited == Awaited.of_rules(None) and problems(read("rules/normal.yaml")["dispatch"]["awaited"]) == []
    assert problems(None) == [] and problems(read("rules/practice.yaml")["dispatch"]["awaited"]) == []
