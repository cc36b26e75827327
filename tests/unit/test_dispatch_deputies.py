"""Whoever stands in for somebody on leave stands in for the post as well: new work, decisions, what goes up; as long as
the leave lasts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from services.dispatch.domain import by_hand, starting
from services.dispatch.domain import order as orders
from services.dispatch.domain.actions import act
from services.dispatch.domain.assignment import Roster
from services.dispatch.domain.deciding import Action, Circumstances, Refused
from services.dispatch.domain.escalation import terms
from services.dispatch.domain.order import Moved, Order
from services.dispatch.domain.parts import Offer
from services.dispatch.domain.policy import Matter
from services.dispatch.domain.pool import refusal
from services.dispatch.domain.posts import Member
from tests.unit.qiuchuan import CALENDAR, CREW, GRID, OTHER_GRID, RULES, at, case_of

NOW = at("2026-11-23 09:00")
LATER = at("2026-11-27 09:00")


def crew(deputies: dict[str, str], off: tuple[str, ...] = ()) -> Roster:
    """The crew, in which whoever has a deputy is on leave."""
    members = [Member(name, role, unit, name not in {*off, *deputies}) for name, role, unit in CREW]
    return Roster(members, {}, {}, deputies=deputies)


def around(deputies: dict[str, str], off: tuple[str, ...] = ()) -> Circumstances:
    return Circumstances(crew(deputies, off), CALENDAR, NOW)


def at_work(handler: str = "w1") -> Order:
    made = terms(RULES["normal"], CALENDAR, "P3", "complaint", "0102", None, NOW)
    roster = crew({})
    member = roster.member(handler)
    assert member
    begun = starting.start(case_of(GRID), "o", 1, roster.chosen(member, "x"), made, NOW).order
    return orders.acknowledged(begun, handler, NOW).order


def does(order: Order, who: str, what: str, where: Circumstances, **more: Any) -> Moved | Refused:
    return act(order, Action("k", who, what, order.id, note="n", reason="r", **more), where)


def done(order: Order, who: str, what: str, where: Circumstances, **more: Any) -> Order:
    decided = does(order, who, what, where, **more)
    assert isinstance(decided, Moved), decided
    return decided.order


def test_what_the_leader_would_check_and_decide_comes_to_who_stands_in() -> None:
    roster = crew({"l1": "w3"})
    for choice in (roster.checker(GRID, "w1"), roster.approver(GRID, "w1"), roster.leads(GRID, ())):
        assert choice and choice.member.member_id == "w3"
        assert (choice.member.role, choice.member.unit, choice.member.instead_of) == ("leader", GRID, "l1")
        assert choice.why.startswith("l1 请假,由其代理 / stands in for l1 on leave; ")


def test_what_goes_up_comes_to_who_stands_in_and_never_to_the_handler() -> None:
    above = crew({"l1": "w3"}).above("w1", [GRID], "leader")
    assert above and above.member.member_id == "w3"
    beyond = crew({"l1": "w1"}).above("w1", [GRID], "leader")
    assert beyond and beyond.member.role == "desk"


def test_new_work_of_the_post_comes_to_who_stands_in() -> None:
    choice = crew({"w1": "w3"}, off=("w2",)).handler(Matter(GRID))
    assert choice and (choice.member.member_id, choice.member.unit) == ("w3", GRID)
    at_the_desk = crew({"d1": "w3"}, off=("d2",)).handler(Matter(None))
    assert at_the_desk and at_the_desk.member.member_id == "w3"
    helper = crew({"w3": "l1"}, off=("l2",)).of_unit(OTHER_GRID, "w1")
    assert helper and helper.member.member_id == "l1"


def test_the_next_round_of_work_of_somebody_on_leave_comes_to_who_stands_in() -> None:
    choice = crew({"w1": "w3"}).again("w1", GRID, Matter(GRID), 2)
    assert choice and choice.member.member_id == "w3" and "stands in for w1" in choice.why


def test_what_is_given_to_somebody_on_leave_by_hand_comes_to_who_stands_in() -> None:
    given = by_hand.assign(at_work(), "w2", "d1", "就近", around({"w2": "w3"}))
    assert isinstance(given, Moved) and given.order.member_id == "w3"
    assert "stands in for w2" in given.changes[0].note
    again = by_hand.assign(given.order, "w2", "d1", "就近", around({"w2": "w3"}))
    assert isinstance(again, Moved) and again.changes == ()
    nobody = by_hand.assign(at_work(), "w2", "d1", "就近", around({"w2": "w3"}, off=("w3",)))
    assert isinstance(nobody, Refused) and nobody.code == "off_duty"


def test_who_stands_in_decides_what_waits_for_the_leader_already() -> None:
    asked = done(at_work(), "w1", "suspend", around({}), until=LATER)
    assert asked.request and asked.request.approver_id == "l1"
    assert isinstance(does(asked, "w3", "approve", around({})), Refused)
    assert done(asked, "w3", "approve", around({"l1": "w3"})).state == "suspended"
    own = does(asked, "w1", "approve", around({"l1": "w1"}))
    assert isinstance(own, Refused) and own.code == "not_yours"


def test_who_stands_in_checks_but_never_its_own_work() -> None:
    waiting = done(at_work(), "w1", "resolve", around({}))
    assert waiting.checker_id == "l1"
    assert done(waiting, "w3", "verify", around({"l1": "w3"}), passed=True).state == "verified"
    assert isinstance(does(waiting, "w1", "verify", around({"l1": "w1"}), passed=True), Refused)
    assert isinstance(does(waiting, "w3", "verify", around({}), passed=True), Refused)


def test_who_stands_in_helps_and_coordinates() -> None:
    helped = done(at_work(), "w1", "assist", around({}), to=OTHER_GRID)
    assert done(helped, "l2", "assist_done", around({"w3": "l2"})).assists == ()
    assert isinstance(does(helped, "l2", "assist_done", around({})), Refused)
    assert done(at_work(), "w2", "cancel", around({"d1": "w2"})).state == "withdrawn"
    assert isinstance(does(at_work(), "w2", "cancel", around({})), Refused)


def test_who_stands_in_may_claim_what_the_post_may() -> None:
    offer = Offer("worker", "grid", LATER, "抢单")
    pooled = replace(at_work(), state="pooled", member_id="", offer=offer)
    assert refusal(pooled, "w3", crew({"w1": "w3"})) is None
    assert refusal(pooled, "w3", crew({}))


def test_it_ends_with_the_leave_and_nobody_stands_in_who_is_away_too() -> None:
    back = Roster([Member(name, role, unit, True) for name, role, unit in CREW], {}, {}, deputies={"l1": "w3"})
    assert back.deputy("l1") is None and [post.unit for post in back.posts("w3")] == [OTHER_GRID]
    assert crew({"l1": "w3"}, off=("w3",)).deputy("l1") is None
    checker = crew({"l1": "w3", "w3": "l2"}).checker(GRID, "w1")
    assert checker and checker.member.member_id == "c1"
    assert crew({"l1": "gone"}).deputy("l1") is None


def test_a_colleague_who_stands_in_does_not_count_twice() -> None:
    choice = crew({"w1": "w2"}).handler(Matter(GRID))
    assert choice and choice.member.instead_of is None and len(choice.considered) <= 1
