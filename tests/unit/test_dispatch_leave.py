"""Leave: who may have it, who decides, and what becomes of the work of whoever is away."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from services.dispatch.domain import starting
from services.dispatch.domain.escalation import terms
from services.dispatch.domain.leave import Reason, Request, cancelled, decided, wrong_with
from services.dispatch.domain.order import Moved, Order
from services.dispatch.domain.policy import Matter
from services.dispatch.domain.rerouting import reroute
from services.dispatch.domain.stretches import Stretch
from tests.unit.qiuchuan import CALENDAR, GRID, RULES, at, case_of, roster

NOW = at("2026-11-23 09:00")
DAY = Stretch(at("2026-11-24 00:00"), at("2026-11-25 00:00"))
LEAVE = Request("l", "w1", DAY, "w2", "私事", "asked", "w1")
MEMBERS = {"w1", "w2", "l1"}


@pytest.mark.parametrize(
    ("changes", "others", "fields"),
    [
        ({}, [], []),
        ({"delegate_id": None}, [], []),
        ({"stretch": Stretch(DAY.end, DAY.start)}, [], ["ends_at"]),
        ({"stretch": Stretch(NOW - dt.timedelta(days=2), NOW)}, [], ["ends_at"]),
        ({"stretch": Stretch(NOW - dt.timedelta(days=2), NOW + dt.timedelta(hours=1))}, [], []),  # ill since Saturday
        ({"stretch": Stretch(NOW, NOW + dt.timedelta(days=367))}, [], ["ends_at"]),
        ({"member_id": "x", "delegate_id": "y"}, [], ["member_id", "delegate_id"]),
        ({"delegate_id": "w1"}, [], ["delegate_id"]),
        ({}, [{}], []),  # itself, as it was asked for
        ({}, [{"leave_id": "m"}], ["starts_at"]),
        ({}, [{"leave_id": "m", "state": "cancelled"}], []),
        ({}, [{"leave_id": "m", "stretch": Stretch(DAY.end, DAY.end + dt.timedelta(days=1))}], []),  # the next day
        ({}, [{"leave_id": "m", "member_id": "w2", "state": "granted"}], ["delegate_id"]),
        ({}, [{"leave_id": "m", "member_id": "w2", "state": "asked"}], []),
    ],
)
def test_what_keeps_a_leave_from_being_had(
    changes: dict[str, Any], others: list[dict[str, Any]], fields: list[str]
) -> None:
    reasons = wrong_with(replace(LEAVE, **changes), [replace(LEAVE, **other) for other in others], MEMBERS, NOW)
    assert [reason.field for reason in reasons] == fields
    assert all(reason.problem and reason.repair for reason in reasons)


def test_somebody_else_decides_and_once() -> None:
    granted = decided(LEAVE, True, "l1", "")
    assert isinstance(granted, Request) and (granted.state, granted.decided_by) == ("granted", "l1")
    assert decided(LEAVE, False, "l1", "缺人") == replace(LEAVE, state="refused", decided_by="l1", decided_why="缺人")
    for leave, by in ((LEAVE, "w1"), (granted, "l1")):
        assert isinstance(decided(leave, True, by, ""), Reason)


def test_a_leave_that_has_begun_ends_now() -> None:
    granted = replace(LEAVE, state="granted")
    before = cancelled(granted, "w1", "不去了", NOW)
    assert isinstance(before, Request) and (before.state, before.stretch) == ("cancelled", DAY)
    noon = at("2026-11-24 12:00")
    back = cancelled(granted, "w1", "提前返岗", noon)
    assert isinstance(back, Request) and (back.state, back.stretch) == ("granted", Stretch(DAY.start, noon))
    assert isinstance(cancelled(granted, "w1", "", DAY.end), Reason)
    assert isinstance(cancelled(replace(LEAVE, state="refused"), "w1", "", NOW), Reason)


# what becomes of the work


def order(state: str = "dispatched", **changes: Any) -> Order:
    choice = roster().handler(Matter.of(case_of(GRID)))
    assert choice and choice.member.member_id == "w1"
    case = case_of(GRID)
    made = terms(RULES["normal"], CALENDAR, "P3", "report", "0102", None, NOW)
    return replace(starting.start(case, "o", 1, choice, made, NOW).order, state=state, **changes)


LATER = at("2026-11-23 10:00")


@pytest.mark.parametrize(
    ("one", "absent", "off", "handler"),
    [
        (order(), {"w1": "w2"}, ["w1"], "w2"),
        (order("in_progress"), {"w1": "l2"}, ["w1"], "l2"),  # the delegate, wherever at home
        (order(), {"w1": None}, ["w1"], "w2"),
        (order(), {"w1": "w3"}, ["w1", "w3"], "w2"),  # the delegate is off duty
        (order(), {"w1": "w2", "w2": "w1"}, ["w1", "w2"], "l1"),  # each stands in for the other: nobody does
        (order(returned_by=("w2",)), {"w1": "w2"}, ["w1"], "l1"),  # the delegate has given it back before
        (order(), {"w1": None, "d1": None, "d2": None}, ["w1", "w2", "l1", "d1", "d2"], None),  # nobody at all
        (order(), {"w2": "w1"}, ["w2"], None),  # not theirs
        (order("resolved", checker_id="l1"), {"w1": "w2"}, ["w1"], None),  # done: nothing in hand
        (order("verified"), {"w1": "w2"}, ["w1"], None),
    ],
)
def test_open_work_goes_to_the_delegate_or_to_whom_a_new_case_would_go(
    one: Order, absent: dict[str, str | None], off: list[str], handler: str | None
) -> None:
    moved = reroute(one, absent, roster(off), CALENDAR, LATER)
    assert (moved.order.member_id if moved else None) == handler
    if moved:
        rerouted, assigned = moved.changes
        assert (rerouted.kind, rerouted.ends, assigned.kind) == ("rerouted", (("handler", "on_leave"),), "assigned")
        assert (rerouted.said["from_member_id"], rerouted.said["to_member_id"]) == ("w1", handler)
        assert (moved.order.state, moved.order.version) == ("dispatched", 3)
        assert moved.order.due_at == one.due_at  # the matter has the time that it had
        assert moved.order.ack_due_at and one.ack_due_at and moved.order.ack_due_at > one.ack_due_at


@pytest.mark.parametrize(
    ("absent", "off", "checker"),
    [
        ({"l1": None}, ["l1"], "c1"),
        ({"l1": "d2"}, ["l1"], "d2"),
        ({"l1": "w1"}, ["l1"], "c1"),  # never the handler
        ({"l1": "c1", "c1": None}, ["l1", "c1"], "d1"),
        ({"l1": None}, ["l1", "l2", "c1", "d1", "d2"], None),
    ],
)
def test_what_waits_for_a_check_goes_to_another_checker(
    absent: dict[str, str | None], off: list[str], checker: str | None
) -> None:
    one = order("resolved", checker_id="l1", resolved_at=NOW)
    moved: Moved | None = reroute(one, absent, roster(off), CALENDAR, LATER)
    assert (moved.order.checker_id if moved else None) == checker
    if moved:
        (change,) = moved.changes
        assert (moved.order.state, change.said["role"], change.ends) == (
            "resolved",
            "checker",
            (("checker", "on_leave"),),
        )
        assert change.starts[0][1].member.member_id == checker
