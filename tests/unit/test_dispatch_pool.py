"""Work that is offered to several, that people give out themselves, and policies played through on the past."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from services.dispatch.domain import by_hand, pool
from services.dispatch.domain import order as orders
from services.dispatch.domain.actions import act
from services.dispatch.domain.assignment import Roster
from services.dispatch.domain.deciding import Action, Circumstances, Refused
from services.dispatch.domain.escalation import terms
from services.dispatch.domain.limits import Duration
from services.dispatch.domain.order import Moved, Order
from services.dispatch.domain.policy import Matter, Policies, Policy, Pool
from services.dispatch.domain.trial import Past, Play, compared
from tests.unit.qiuchuan import CALENDAR, GRID, OTHER_GRID, RULES, at, case_of, roster

NOW = at("2026-11-23 09:00")
LATER = at("2026-11-23 09:10")
SOON = Policies([Policy("抢单", pool=Pool("grid", Duration.read("30 minute")))])


def around(crew: Roster | None = None, now: dt.datetime = NOW) -> Circumstances:
    return Circumstances(crew or roster(policies=SOON), CALENDAR, now)


def offer(policies: Policies = SOON, grid: str | None = GRID, **changes: Any) -> Moved | None:
    case = case_of(grid, **changes)
    made = terms(RULES["normal"], CALENDAR, case["level"], case["kind"], case["category"], None, NOW)
    return pool.offered(case, "o", 1, made, around(roster(changes.get("off", ()), policies=policies)))


def pooled(policies: Policies = SOON) -> Order:
    moved = offer(policies)
    assert moved
    return moved.order


def claim(order: Order, member: str, crew: Roster | None = None) -> Moved | Refused:
    return act(order, Action("k", member, "claim", order.id), around(crew, LATER))


def test_an_offer_is_nobodys_and_says_to_whom_and_until_when() -> None:
    moved = offer()
    assert moved
    order, (change,) = moved
    assert (order.state, order.member_id, order.ack_due_at) == ("pooled", orders.NOBODY, None)
    assert order.next_at == at("2026-11-23 09:30")
    assert order.due_at is not None
    assert change.said["offered_to"] == ["l1", "w1", "w2"]
    assert (change.starts, change.ends) == ((), ())


@pytest.mark.parametrize(
    ("policies", "changes"),
    [
        (Policies(), {}),
        (SOON, {"grid": None}),  # nobody knows whose it would be
        (SOON, {"off": ("w1", "w2", "l1")}),  # nobody is there to claim it
    ],
)
def test_what_is_not_offered_is_given_out(policies: Policies, changes: dict[str, Any]) -> None:
    assert offer(policies, **changes) is None


def test_it_is_never_in_the_pool_for_longer_than_it_may_take() -> None:
    moved = offer(Policies([Policy("p", pool=Pool("grid", Duration.read("90 day")))]), level="P1")
    assert moved
    assert moved.order.next_at == moved.order.due_at == at("2026-11-23 11:00")


def test_whoever_claims_it_has_taken_it_on() -> None:
    moved = claim(pooled(), "w2")
    assert isinstance(moved, Moved)
    assert [change.kind for change in moved.changes] == ["assigned", "acknowledged"]
    assert (moved.order.state, moved.order.member_id, moved.order.acknowledged_at) == ("in_progress", "w2", LATER)
    assert moved.order.late_ack is False
    assert moved.changes[0].said["why"].startswith("本人认领")


@pytest.mark.parametrize(
    ("member", "off", "code"),
    [
        ("w3", (), "not_for_you"),
        ("c1", (), "not_for_you"),
        ("d1", (), "not_for_you"),
        ("w1", ("w1",), "off_duty"),
        ("left", (), "off_duty"),
    ],
)
def test_who_may_not_claim_learns_why(member: str, off: tuple[str, ...], code: str) -> None:
    refusal = claim(pooled(), member, roster(off))
    assert isinstance(refusal, Refused)
    assert refusal.code == code
    assert " / " in refusal.reason


def test_in_the_whole_town_workers_of_other_grids_may_claim() -> None:
    order = pooled(Policies([Policy("p", pool=Pool("town", Duration.read("1 day")))]))
    assert isinstance(claim(order, "w3"), Moved)


def test_the_second_comes_too_late_and_the_first_has_it_already() -> None:
    first = claim(pooled(), "w1")
    assert isinstance(first, Moved)
    second, again = claim(first.order, "w2"), claim(first.order, "w1")
    assert isinstance(second, Refused) and isinstance(again, Refused)
    assert (second.code, again.code) == ("taken", "yours_already")


def test_when_nobody_claims_it_the_policy_decides() -> None:
    moved = pool.expired(pooled(), around(roster(handling={"w1": 1}, policies=SOON), LATER))
    assert moved
    assert (moved.order.member_id, moved.order.state) == ("w2", "dispatched")
    assert moved.order.ack_due_at == at("2026-11-23 11:10")  # two working hours from now on
    assert "nobody has claimed it in time" in moved.changes[0].said["why"]
    assert pool.expired(pooled(), around(Roster([], {}, {}))) is None


# by hand


@pytest.mark.parametrize("state", ["dispatched", "in_progress", "pooled"])
def test_an_open_order_can_be_given_to_anybody_who_does_such_work(state: str) -> None:
    order = pooled()
    if state != "pooled":
        moved = claim(order, "w1")
        assert isinstance(moved, Moved)
        order = moved.order if state == "in_progress" else moved.changes[0].order
    for member in {"w2", "w3", "l1", "d1"} - {order.member_id}:
        given = by_hand.assign(order, member, "desk1", "熟悉", around(now=LATER))
        assert isinstance(given, Moved)
        (change,) = given.changes
        assert (given.order.member_id, given.order.state, change.who) == (member, "dispatched", "desk1")
        assert change.said["from_member_id"] == (order.member_id or None)
        assert len(change.ends) == bool(order.member_id)
        assert "熟悉" in change.note


@pytest.mark.parametrize(
    ("member", "off", "code"), [("c1", (), "no_handler"), ("left", (), "no_handler"), ("w2", ("w2",), "off_duty")]
)
def test_by_hand_too_somebody_has_to_be_there(member: str, off: tuple[str, ...], code: str) -> None:
    refusal = by_hand.assign(pooled(), member, "desk1", "x", around(roster(off)))
    assert isinstance(refusal, Refused)
    assert refusal.code == code


def test_what_is_done_is_not_given_to_anybody_and_the_same_one_changes_nothing() -> None:
    moved = claim(pooled(), "w1")
    assert isinstance(moved, Moved)
    assert by_hand.assign(moved.order, "w1", "desk1", "x", around()).changes == ()  # type: ignore[union-attr]
    withdrawn = orders.withdrawn(moved.order, "x", around().now).order
    assert by_hand.assign(withdrawn, "w2", "desk1", "x", around()).code == "wrong_state"  # type: ignore[union-attr]


# on trial


def past(hours: float, busy: float | None = None, **about: Any) -> Past:
    start = NOW + dt.timedelta(hours=hours)
    until = start + dt.timedelta(hours=busy) if busy is not None else None
    return Past(f"n{hours}", "t", Matter(**{"grid_id": GRID} | about), start, until, "w1")


def play(policies: Policies = SOON) -> Play:
    members = [m for name in ("w1", "w2", "w3", "l1", "d1") if (m := roster().member(name))]
    return Play(members, {}, policies)


def test_what_is_done_is_out_of_hand_and_what_is_open_stays() -> None:
    player = play(Policies())
    got = [player.give(past(*one)).member_id for one in ((0, 30.0), (2, 1.0), (10, 1.0), (20, 1.0))]
    assert got == ["w1", "w2", "w2", "w2"]  # w1 is busy all the while, w2 has always finished
    assert player.give(past(40)).member_id == "w1"


def test_two_sets_of_policies_are_compared_order_by_order() -> None:
    cases = [past(hour, 100.0) for hour in range(6)] + [past(7, grid_id=None), past(8, grid_id=OTHER_GRID)]
    by_desk = Policies([Policy("手", "by_hand")])
    result = compared(cases, play(Policies()), play(by_desk), 3)
    assert result["cases"] == 8
    assert result["changes"] == {"worker → desk": 7}
    assert result["before"]["levels"] == {"worker": 7, "desk": 1}
    assert (result["before"]["members"], result["before"]["most_given_to_one"]) == (3, 3)
    assert result["before"]["most_in_one_hand"] == 3
    assert result["after"]["levels"] == {"desk": 8}
    assert result["before"]["deviation"] == pytest.approx(0.94, abs=0.01)
    assert {row["number"] for row in result["differences"]} == {f"n{hour}" for hour in (0, 1, 2, 3, 4, 5, 8)}
    same = compared(cases, play(SOON), play(SOON), 3)
    assert same["differences"] == []
    assert same["before"]["levels"] == {"pool": 7, "desk": 1}
    assert compared([], play(), play(), 0)["before"]["deviation"] == 0.0
