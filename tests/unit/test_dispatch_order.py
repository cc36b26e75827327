"""What members may do to a work order, and what the ladder does when nobody acts."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from services.dispatch import messages
from services.dispatch.domain import order as orders
from services.dispatch.domain import starting
from services.dispatch.domain.actions import ACTIONS, EVERY_STATE, act
from services.dispatch.domain.clock import RUNNING
from services.dispatch.domain.deciding import Action, Circumstances, Decided, Refused
from services.dispatch.domain.escalation import terms
from services.dispatch.domain.order import Moved, Order
from services.dispatch.domain.parts import Assist, Request
from services.dispatch.domain.policy import Matter
from services.dispatch.domain.supervision import take_step
from services.dispatch.domain.words import HAPPENED
from services.dispatch.domain.words import STATES as STATE_WORDS
from tests.unit.qiuchuan import CALENDAR, GRID, OTHER_GRID, RULES, at, case_of, roster

START = at("2026-11-23 09:00")
NOW = at("2026-11-23 09:05")
UNTIL = at("2026-12-04 09:00")  # two working days after the order is due
SAYS: dict[str, Any] = {"note": "done", "evidence": ("photo",), "reason": "not mine", "passed": True}
SAYS |= {"to": OTHER_GRID, "until": UNTIL}
STATES = ("dispatched", "in_progress", "suspended", "resolved", "verified", "closed")
AT_WORK = ("dispatched", "in_progress", "suspended")
REQUEST = Request(2, "suspend", "w1", "l1", "waits for parts", UNTIL, START)
ASSIST = Assist(2, OTHER_GRID, "w3", "on duty", "bring the crane", "w1", START, UNTIL)
ALLOWED = {
    ("acknowledge", "dispatched"),
    ("progress", "in_progress"),
    ("return", "dispatched"),
    ("return", "in_progress"),
    ("resolve", "in_progress"),
    ("verify", "resolved"),
    ("transfer", "dispatched"),
    *((action, "in_progress") for action in ("transfer", "suspend", "extend", "approve", "deny", "assist")),
    ("resume", "suspended"),
    *((action, state) for action in ("assist_done", "release", "cancel") for state in AT_WORK),
    ("cancel", "resolved"),
}
DOERS = {"verify": {"l1"}, "approve": {"l1", "d1"}, "deny": {"l1", "d1"}, "assist_done": {"w3"}, "cancel": {"d1"}}


def order(**changes: Any) -> Order:
    """An order of w1 in the first grid; l1 checks."""
    made = terms(RULES["normal"], CALENDAR, "P3", "complaint", "0102", None, START)
    choice = roster().handler(Matter(GRID))
    assert choice is not None
    case = case_of(GRID)
    return replace(starting.start(case, "o", 1, choice, made, START).order, **changes)


def in_state(state: str) -> Order:
    clock = RUNNING.paused(START, UNTIL) if state == "suspended" else RUNNING
    return order(state=state, checker_id=None if state in AT_WORK else "l1", clock=clock)


def do(what: Order | None, action: str, who: str = "w1", off: tuple[str, ...] = (), **changes: Any) -> Decided:
    now = changes.pop("now", NOW)
    return act(what, Action("k", who, action, **(SAYS | changes)), Circumstances(roster(off), CALENDAR, now))


def moved(decided: Decided) -> Moved:
    assert isinstance(decided, Moved), decided
    return decided


def code(decided: Decided) -> str:
    if isinstance(decided, Refused):
        assert " / " in decided.reason
        return decided.code
    return "accepted"


def test_an_order_starts_dispatched_with_its_reason_said() -> None:
    choice = roster().handler(Matter(GRID))
    assert choice is not None
    case = case_of(GRID, number="n")
    started = starting.start(case, "o", 1, choice, order().terms, START, settled=True)
    assert (started.order.state, started.order.version, started.order.member_id) == ("dispatched", 1, "w1")
    (change,) = started.changes
    assert (change.kind, change.said["settled"], change.said["why"]) == ("assigned", True, choice.why)
    assert change.starts == (("handler", choice),)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("action", sorted(ACTIONS.keys() - {"claim"}))
def test_each_action_is_done_only_in_its_state_and_by_whom_it_is_for(action: str, state: str) -> None:
    what = replace(
        in_state(state),
        request=REQUEST if action in ("approve", "deny") else None,
        assists=(ASSIST,) if action in ("assist_done", "release") else (),
    )
    for who in ("w1", "w2", "w3", "l1", "l2", "d1"):
        mine = who in DOERS.get(action, {"w1"}) and not (action == "verify" and what.checker_id is None)
        expected = "not_yours" if not mine else "accepted" if (action, state) in ALLOWED else "wrong_state"
        until = what.due_at if action == "assist" else UNTIL
        assert code(do(what, action, who, until=until)) == expected


@pytest.mark.parametrize(
    ("state", "action", "changes", "expected"),
    [
        ("dispatched", "dance", {}, "unknown_action"),
        ("dispatched", "catch_up", {}, "unknown_action"),  # that is for notify
        ("dispatched", "acknowledge", {"order_id": "o"}, "accepted"),
        ("dispatched", "acknowledge", {"order_id": "old"}, "order_ended"),
        ("dispatched", "acknowledge", {"version": 1}, "accepted"),
        ("dispatched", "acknowledge", {"version": 0}, "version_moved_on"),
        ("dispatched", "acknowledge", {"version": 2}, "version_moved_on"),
        ("in_progress", "progress", {"note": " ", "evidence": (" ",)}, "nothing_said"),
        ("in_progress", "progress", {"note": "", "evidence": ("photo",)}, "accepted"),
        ("in_progress", "resolve", {"note": "", "evidence": ()}, "nothing_said"),
        ("in_progress", "resolve", {"note": "done", "evidence": ()}, "accepted"),
        ("in_progress", "resolve", {"off": ("l1", "c1", "d1", "d2", "l2")}, "nobody_checks"),
        ("dispatched", "return", {"reason": " "}, "nothing_said"),
        ("resolved", "verify", {"who": "l1", "passed": None}, "nothing_said"),
        ("resolved", "verify", {"who": "l1", "passed": False, "note": " "}, "nothing_said"),
        ("resolved", "verify", {"who": "l1", "passed": True, "note": ""}, "accepted"),
    ],
)
def test_an_action_has_to_say_what_it_needs(state: str, action: str, changes: dict[str, Any], expected: str) -> None:
    assert code(do(in_state(state), action, **changes)) == expected


def test_without_an_order_there_is_nothing_to_do() -> None:
    assert code(do(None, "acknowledge")) == "unknown_order"
    assert code(do(None, "dance")) == "unknown_action"


def test_the_straight_line_from_dispatch_to_the_check() -> None:
    what, said = order(), []
    for action, who in (("acknowledge", "w1"), ("progress", "w1"), ("resolve", "w1"), ("verify", "l1")):
        step = moved(do(what, action, who, version=what.version))
        what = step.order
        said += [(change.kind, change.before, what.state, what.version) for change in step.changes]
    assert said == [
        ("acknowledged", "dispatched", "in_progress", 2),
        ("progressed", "in_progress", "in_progress", 3),
        ("resolved", "in_progress", "resolved", 4),
        ("verified", "resolved", "verified", 5),
    ]
    assert (what.acknowledged_at, what.resolved_at, what.verified_at, what.late) == (NOW, NOW, NOW, False)
    assert orders.closed(what).order.state == "closed"


@pytest.mark.parametrize(
    ("off", "returned_by", "expected"),
    [
        ((), (), "w2"),
        (("w2",), (), "l1"),
        ((), ("w2",), "l1"),
        (("w2", "l1"), (), "d1"),
        ((), ("w2", "l1", "d1", "d2"), "nobody_else"),
    ],
)
def test_what_is_returned_goes_to_the_next(off: tuple[str, ...], returned_by: tuple[str, ...], expected: str) -> None:
    decided = do(order(state="in_progress", returned_by=returned_by), "return", off=off)
    if isinstance(decided, Refused):
        assert decided.code == expected
        return
    assert [(change.kind, change.order.version) for change in decided.changes] == [("returned", 2), ("assigned", 3)]
    assert decided.changes[0].ends == (("handler", "returned"),)
    after = decided.order
    assert (after.state, after.member_id, after.returned_by) == ("dispatched", expected, (*returned_by, "w1"))
    assert (after.acknowledged_at, after.ack_due_at) == (None, at("2026-11-23 11:05"))
    assert after.due_at == order().due_at  # the whole is not prolonged


def test_a_unit_returns_an_order_once_and_hands_it_on_after_that() -> None:
    once = moved(do(order(), "return")).order
    assert (once.member_id, once.unit, once.returned_units) == ("w2", GRID, (GRID,))
    assert code(do(once, "return", "w2")) == "returned_before"
    assert moved(do(once, "transfer", "w2")).order.member_id == "w3"


def test_a_failed_check_sends_the_work_back_with_a_yellow_card() -> None:
    after = moved(do(in_state("resolved"), "verify", "l1", passed=False, note="still dirty"))
    new, change = after.order, after.changes[0]
    assert (new.state, new.supervision, new.checker_id, new.resolved_at) == ("in_progress", "yellow", None, None)
    assert (change.kind, change.said["member_id"], change.said["note"]) == ("sent_back", "w1", "still dirty")
    assert change.ends == (("checker", "sent_back"),)
    red = replace(in_state("resolved"), supervision="red")
    assert moved(do(red, "verify", "l1", passed=False, note="x")).order.supervision == "red"  # never weaker


@pytest.mark.parametrize(
    ("state", "action", "now", "late_ack", "late"),
    [
        ("dispatched", "acknowledge", "2026-11-23 11:00", False, False),
        ("dispatched", "acknowledge", "2026-11-23 11:01", True, False),
        ("in_progress", "resolve", "2026-11-23 11:01", False, False),
        ("in_progress", "resolve", "2026-12-02 09:00", False, False),
        ("in_progress", "resolve", "2026-12-02 09:01", False, True),
        ("dispatched", "return", "2026-12-02 09:01", True, True),
    ],
)
def test_lateness_is_noted_only_after_the_deadline(
    state: str, action: str, now: str, late_ack: bool, late: bool
) -> None:
    after = moved(do(in_state(state), action, now=at(now))).order
    assert (after.late_ack, after.late) == (late_ack, late)


@pytest.mark.parametrize(
    ("number", "state", "off", "hears", "handler", "colour"),
    [
        (1, "dispatched", (), "w1", "w1", "blue"),  # reminded
        (2, "dispatched", (), "w1", "w1", "yellow"),  # a card moves nothing
        (3, "dispatched", (), "l1", "l1", "yellow"),  # handed over
        (3, "dispatched", ("l1",), "d1", "d1", "yellow"),
        (4, "dispatched", (), "d1", "d1", "yellow"),
        (5, "dispatched", (), "w1", "w1", "yellow"),
        (6, "in_progress", (), "w1", "w1", "blue"),
        (7, "in_progress", (), "w1", "w1", "red"),
        (8, "in_progress", (), "w1", "w1", "red"),
        (9, "in_progress", (), "d1", "w1", "red"),
    ],
)
def test_each_step_of_the_ladder(
    number: int, state: str, off: tuple[str, ...], hears: str, handler: str, colour: str
) -> None:
    what = in_state(state)
    step = what.terms.ladder[number - 1]
    now = (step.at or NOW) + dt.timedelta(seconds=1)
    after = take_step(what, step, roster(off), CALENDAR, now)
    first = after.changes[0]
    assert (first.kind, first.said["step"], first.said["to_member_id"]) == ("escalated", number, hears)
    assert first.said["from_member_id"] == first.said["member_id"] == "w1"
    assert (after.order.member_id, after.order.supervision, first.said["supervision"]) == (handler, colour, colour)
    assert after.order.terms.ladder[number - 1].fired_at == now
    handed_over = handler != "w1"
    assert [change.kind for change in after.changes] == ["escalated", "assigned"][: 1 + handed_over]
    assert first.ends == ((("handler", "escalated"),) if handed_over else ())
    assert after.order.state == ("dispatched" if handed_over else state)
    assert " / " in first.said["why"]


def test_nobody_stands_above_the_desk_so_the_order_stays_there() -> None:
    what = order(member_id="d1")
    after = take_step(what, what.terms.ladder[3], roster(), CALENDAR, NOW)
    assert (after.order.member_id, len(after.changes)) == ("d1", 1)
    assert (after.changes[0].said["to_member_id"], after.changes[0].said["measure"]) == ("d1", "remind")


def test_each_who_gets_it_from_the_ladder_has_the_time_that_it_gives() -> None:
    night = at("2026-11-23 23:00")  # the steps come late, after an outage
    what = order()
    for number, handler, ack_due in ((3, "l1", "2026-11-24 10:30"), (4, "d1", "2026-11-24 10:30")):
        what = take_step(what, what.terms.ladder[number - 1], roster(), CALENDAR, night).order
        assert (what.member_id, what.ack_due_at) == (handler, at(ack_due))
        if number == 3:
            assert what.terms.ladder[3].at == at("2026-11-24 10:30")


def test_after_a_return_the_ladder_watches_the_next_one_from_its_first_step() -> None:
    late = order(member_id="l1")
    for _ in range(3):
        step = late.next_step
        assert step and step.at
        late = take_step(late, step, roster(), CALENDAR, step.at).order
    back = moved(do(late, "return", late.member_id, now=late.terms.ladder[2].fired_at)).order
    assert back.next_step is not None
    assert (back.next_step.step, back.next_step.when) == (1, "not_acknowledged")


def test_everything_that_members_are_told_of_has_a_chinese_word() -> None:
    assert STATE_WORDS.keys() == {*EVERY_STATE}
    assert messages.SAID.keys() | {"closed"} == HAPPENED.keys()
