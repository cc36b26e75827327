"""A correction changes what an open order promises, as if it had been known from the start."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from services.dispatch.domain import order as orders
from services.dispatch.domain import starting
from services.dispatch.domain.correction import correct
from services.dispatch.domain.escalation import Terms, terms
from services.dispatch.domain.order import Order
from services.dispatch.domain.policy import Matter
from tests.unit.qiuchuan import CALENDAR, GRID, OTHER_GRID, RULES, at, case_of, roster

START, LATER = at("2026-11-23 09:00"), at("2026-11-23 10:00")


def made(level: str, start: datetime = START) -> Terms:
    return terms(RULES["normal"], CALENDAR, level, "report", "0102", None, start)


def order(level: str = "P3") -> Order:
    choice = roster().handler(Matter(GRID))
    assert choice
    case = case_of(GRID, level=level, number="n")
    return starting.start(case, "o", 1, choice, made(level), START).order


def test_a_stricter_level_counts_from_the_start_and_keeps_the_clock_for_taking_it_on() -> None:
    moved = correct(order(), "P1", GRID, made("P1"), None, "somebody is hurt", CALENDAR, LATER)
    assert [change.kind for change in moved.changes] == ["corrected"]
    assert moved.order.due_at == at("2026-11-23 11:00")  # two hours after it was dispatched
    assert (moved.order.ack_due_at, moved.order.level, moved.order.version) == (order().ack_due_at, "P1", 2)
    assert moved.changes[0].said == {"member_id": "w1", "why": "somebody is hurt", "moved": False}


def test_steps_that_came_do_not_come_again_and_the_others_move_with_the_limit() -> None:
    before = order()
    red = next(step for step in before.terms.ladder if step.measure == "red_card")
    before = replace(before, terms=before.terms.fired(red, LATER, CALENDAR), state="in_progress")
    after = correct(before, "P1", GRID, made("P1"), None, "x", CALENDAR, LATER).order
    steps = {step.step: step for step in after.terms.ladder}
    assert steps[red.step].fired_at == LATER
    assert steps[6].at == at("2026-11-23 10:36")  # 80 % of two hours
    assert [step.step for step in after.terms.ladder] == [step.step for step in before.terms.ladder]


@pytest.mark.parametrize("state", ["dispatched", "in_progress"])
def test_another_grid_means_another_handler_who_has_the_whole_time_to_take_it_on(state: str) -> None:
    choice = roster().handler(Matter(OTHER_GRID))
    moved = correct(replace(order(), state=state), "P3", OTHER_GRID, made("P3"), choice, "x", CALENDAR, LATER)
    assert [(change.kind, change.before) for change in moved.changes] == [("corrected", state), ("assigned", state)]
    assert moved.changes[0].ends == (("handler", "corrected"),)
    assert (moved.order.state, moved.order.member_id, moved.order.grid_id) == ("dispatched", "w3", OTHER_GRID)
    assert moved.order.ack_due_at == at("2026-11-23 12:00")  # two working hours from now on
    assert moved.order.due_at == order().due_at


@pytest.mark.parametrize(
    ("state", "ended"),
    [("dispatched", ["handler"]), ("in_progress", ["handler"]), ("resolved", ["handler", "checker"]), ("verified", [])],
)
def test_withdrawn_work_leaves_nobody_with_it(state: str, ended: list[str]) -> None:
    checker = "l1" if state in ("resolved", "verified") else None
    moved = orders.withdrawn(replace(order(), state=state, checker_id=checker), "merged", LATER)
    (change,) = moved.changes
    assert [role for role, _ in change.ends] == ended
    assert (moved.order.state, moved.order.next_step) == ("withdrawn", None)
    assert change.said == {"member_id": "w1", "checker_id": checker, "was": state, "why": "merged"}
