"""Whatever members and the ladder do to an order, in whatever order: what must always hold."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.dispatch.domain import order as orders
from services.dispatch.domain import pool
from services.dispatch.domain.actions import ACTIONS, act
from services.dispatch.domain.asking import ends_by_itself
from services.dispatch.domain.assignment import Roster
from services.dispatch.domain.correction import correct
from services.dispatch.domain.deciding import Action, Circumstances, Refused
from services.dispatch.domain.escalation import redated, terms
from services.dispatch.domain.limits import Duration
from services.dispatch.domain.order import COLOURS, Moved, Order
from services.dispatch.domain.policy import Matter, Policies, Policy, Pool
from services.dispatch.domain.supervision import take_step
from tests.unit.qiuchuan import CALENDAR, GRID, NAMES, OTHER_GRID, RULES, at, case_of, roster

STATES = {"pooled", "dispatched", "in_progress", "suspended", "resolved", "verified", "closed", "withdrawn"}
OFFERING = Policies([Policy("抢单", pool=Pool(among="grid", within=Duration.read("20 minute")))])
MOVES = st.fixed_dictionaries(
    {
        "what": st.sampled_from([*ACTIONS, *ACTIONS, "step", "step", "close", "correct", "withdraw"]),
        "who": st.sampled_from(["right", "right", "right", *NAMES]),
        "minutes": st.sampled_from([0, 1, 10, 200, 3000, 20_000]),
        "passed": st.booleans(),
        "off": st.sets(st.sampled_from(NAMES), max_size=5),
        "to": st.tuples(st.sampled_from(["P1", "P2", "P3", "P4"]), st.sampled_from([GRID, OTHER_GRID, None])),
        "unit": st.sampled_from([GRID, OTHER_GRID, "desk", "nowhere", ""]),
        "for": st.sampled_from([-5, 30, 2000, 9000, 30_000]),
        "stale": st.integers(0, 9).map(lambda n: n == 0),
    }
)


def started(rules: str, level: str, grid: str | None, pooled: bool = False) -> Order:
    now, case = at("2026-11-23 09:00"), case_of(grid, level=level)
    made = terms(RULES[rules], CALENDAR, level, "complaint", "0102", None, now)
    if pooled and (
        offered := pool.offered(case, "o", 1, made, Circumstances(roster(policies=OFFERING), CALENDAR, now))
    ):
        return offered.order
    choice = roster().handler(Matter(grid))
    assert choice is not None
    return orders.start(case, "o", 1, choice, made, now).order


def make(move: dict[str, Any], order: Order, now: dt.datetime) -> Moved | Refused | None:
    crew = roster(tuple(move["off"]))
    if move["what"] == "step":
        if order.next_at is None or order.next_at > now:
            return None
        if order.state == orders.POOLED:
            return pool.expired(order, Circumstances(crew, CALENDAR, now))
        if order.state == "suspended":
            return ends_by_itself(order, now, CALENDAR)
        step = order.next_step
        assert step
        return take_step(order, step, crew, CALENDAR, now)
    if move["what"] == "close":
        return orders.closed(order) if order.state == "verified" else None
    if move["what"] == "withdraw":
        rarely = move["minutes"] == 20_000 and order.state not in orders.OVER
        return orders.withdrawn(order, "merged", now) if rarely else None
    if move["what"] == "correct":
        return corrected(move, order, crew, now) if order.state in ("pooled", *orders.AT_WORK) else None
    who = right_one(move["what"], order) if move["who"] == "right" else move["who"]
    version = order.version - move["stale"]
    action = Action("k", who or "w1", move["what"], "o", None, version, None, "n", ("e",), "r", move["passed"])
    action = replace(action, to=move["unit"], until=now + dt.timedelta(minutes=move["for"]))
    return act(order, action, Circumstances(crew, CALENDAR, now))


def right_one(what: str, order: Order) -> str | None:
    """Whoever may do that."""
    if what in ("approve", "deny"):
        return order.request.approver_id if order.request else "d1"
    if what == "assist_done":
        return order.assists[0].member_id if order.assists else "w3"
    return {"verify": order.checker_id, "cancel": "d1"}.get(what, order.member_id)


def corrected(move: dict[str, Any], order: Order, crew: Roster, now: dt.datetime) -> Moved:
    level, grid = move["to"]
    fresh = terms(RULES["normal"], CALENDAR, level, "complaint", "0102", None, order.started_at)
    choice = crew.handler(Matter(grid), but=order.returned_by) if grid != order.grid_id else None
    if choice and choice.member.member_id == order.member_id:
        choice = None
    return correct(order, level, grid, fresh, choice, "wrong place", CALENDAR, now)


def holds(before: Order, after: Order, now: dt.datetime, kind: str) -> None:
    """What is true of any change."""
    assert after.version == before.version + 1
    assert after.state in STATES
    assert after.checker_id != after.member_id
    if after.state != "withdrawn":
        assert (after.checker_id is None) == (after.state in ("pooled", *orders.AT_WORK))
        assert (after.member_id == orders.NOBODY) == (after.state == orders.POOLED)
    assert COLOURS.index(after.supervision) >= COLOURS.index(before.supervision)
    assert set(before.returned_by) <= set(after.returned_by)
    assert len(after.returned_by) == len(set(after.returned_by))
    assert (after.id, after.round, after.started_at) == (before.id, before.round, before.started_at)
    moves = kind in ("corrected", "suspended", "resumed", "extended")
    assert after.due_at == (after.terms.due_at if moves else before.due_at)
    assert redated(after.terms, after.started_at, after.clock, CALENDAR) == after.terms
    assert len(after.clock.extensions) <= 1
    assert all(pause.since <= pause.until for pause in after.clock.pauses)
    assert after.request is None or after.state == "in_progress"
    assert not (after.assists and after.state not in orders.AT_WORK)
    assert after.transfers <= 3
    late_now = before.due_at is not None and now > before.due_at
    late_ack_now = before.ack_due_at is not None and now > before.ack_due_at
    assert before.late <= after.late <= (before.late or late_now)
    assert before.late_ack <= after.late_ack <= (before.late_ack or late_ack_now)
    anew = before.member_id != after.member_id  # then the acknowledgement may be watched from the first step again
    kept = [
        {
            s.step
            for s in o.terms.ladder
            if s.fired_at and s.when != "not_verified" and not (anew and s.when == "not_acknowledged")
        }
        for o in (before, after)
    ]
    assert kept[0] <= kept[1]


def describes(order: Order, moved: Moved, now: dt.datetime) -> None:
    """Each change starts from the one before it, and the last is the order itself."""
    chain = [order, *(change.order for change in moved.changes)]
    assert chain[-1] == moved.order
    for (before, after), change in zip(pairwise(chain), moved.changes, strict=True):
        holds(before, after, now, change.kind)
        assert change.before == before.state
        assert change.who
        assert all(choice.why for _, choice in change.starts)
    ended = sum(role == "handler" for change in moved.changes for role, _ in change.ends)
    began = [choice.member.member_id for change in moved.changes for role, choice in change.starts if role == "handler"]
    assert began in ([], [moved.order.member_id])
    assert (ended == bool(order.member_id)) if began or moved.order.state == "verified" else True


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted(RULES)),
    st.sampled_from(["P1", "P3", "P9"]),
    st.sampled_from([GRID, None]),
    st.booleans(),
    st.lists(MOVES, min_size=5, max_size=30),
)
def test_any_walk_keeps_the_order_whole(
    rules: str, level: str, grid: str | None, pooled: bool, moves: list[dict[str, Any]]
) -> None:
    order, now = started(rules, level, grid, pooled), at("2026-11-23 09:00")
    for move in moves:
        now += dt.timedelta(minutes=move["minutes"])
        outcome = make(move, order, now)
        if isinstance(outcome, Refused):
            assert outcome.code
            assert outcome.reason
        elif outcome:
            assert not (move["stale"] and move["what"] in ACTIONS.keys() - {"claim"})
            describes(order, outcome, now)
            order = outcome.order
    assert order.state != "closed" or order.verified_at is not None
    assert order.state not in orders.OVER or order.next_step is None


@given(st.sampled_from(sorted(RULES)), st.sampled_from(["P1", "P2", "P3", "P4"]))
def test_when_nobody_ever_acts_the_whole_ladder_comes_once_and_then_reminders_without_end(
    rules: str, level: str
) -> None:
    order, crew, came = started(rules, level, GRID), roster(), Counter[int]()
    while len(came) < 9 or came.total() < 40:
        step = order.next_step
        assert step and step.at
        came[step.step] += 1
        order = take_step(order, step, crew, CALENDAR, step.at).order
        assert came.total() < 5000
    endless = {step.step for step in order.terms.ladder if step.every}
    assert {step: n for step, n in came.items() if step not in endless} == dict.fromkeys([1, 2, 3, 4, 6, 7, 9], 1)
    assert (order.member_id, order.supervision, order.state) == ("d1", "red", "dispatched")
