"""What counts, and what follows from it: a table for each rule of supervision."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.dispatch.domain import handling, starting
from services.dispatch.domain.consequences import (
    HANDLER,
    HEAD,
    NOBODY,
    Mark,
    SoFar,
    Thresholds,
    did_well,
    follow,
    mark_of,
)
from services.dispatch.domain.deciding import Action, Circumstances
from services.dispatch.domain.escalation import terms
from services.dispatch.domain.order import Change, Moved, Order
from services.dispatch.domain.policy import Matter
from services.dispatch.domain.supervision import take_step
from tests.unit.qiuchuan import CALENDAR, GRID, OTHER_GRID, RULES, at, case_of, read, roster

START = at("2026-11-23 09:00")
USUAL = Thresholds()
AROUND = Circumstances(roster(), CALENDAR, START)


def started(round_: int = 1, **changes: Any) -> tuple[Order, Change]:
    made = terms(RULES["normal"], CALENDAR, "P3", "complaint", "0102", None, START)
    choice = roster().handler(Matter(GRID))
    assert choice
    moved = starting.start(case_of(GRID), "o", round_, choice, made, START)
    return replace(moved.order, **changes), moved.changes[0]


def after(kind: str, points: float = 0, number: int = 0) -> Mark:
    return Mark(kind, GRID, "w1", points, "because", number)


def so_far(yellows: int = 0, reds: int = 0, in_a_row: int = 0) -> SoFar:
    return SoFar(yellows, reds, in_a_row)


@pytest.mark.parametrize(
    ("mark", "count", "rules", "expected"),
    [
        # two yellows on one case: letter, −1 point; and again after two more
        (after("yellow"), so_far(yellows=1), USUAL, []),
        (after("yellow"), so_far(yellows=2), USUAL, [("letter", HANDLER, -1)]),
        (after("yellow"), so_far(yellows=3), USUAL, []),
        (after("yellow"), so_far(yellows=4), USUAL, [("letter", HANDLER, -1)]),
        (after("yellow"), so_far(yellows=3), Thresholds(yellows=3, letter_points=-5), [("letter", HANDLER, -5)]),
        (after("yellow"), so_far(yellows=2), Thresholds(yellows=0), []),
        # red: what the step costs, and an interview of the handler
        (after("red", -2), so_far(reds=1, in_a_row=1), USUAL, [("penalty", HANDLER, -2), ("interview", HANDLER, 0)]),
        (after("red"), so_far(reds=1, in_a_row=1), USUAL, [("interview", HANDLER, 0)]),
        (after("red"), so_far(reds=1, in_a_row=1), Thresholds(reds=2), []),
        (after("red"), so_far(reds=1, in_a_row=1), Thresholds(reds=0), []),
        # three reds of a unit in a row: interview of its head
        (after("red"), so_far(reds=1, in_a_row=2), Thresholds(reds=0), []),
        (after("red"), so_far(reds=1, in_a_row=3), Thresholds(reds=0), [("interview", HEAD, 0)]),
        (after("red"), so_far(reds=1, in_a_row=4), Thresholds(reds=0), []),
        (after("red"), so_far(reds=1, in_a_row=6), Thresholds(reds=0), [("interview", HEAD, 0)]),
        # a rework that callback calls a problem case, or three transfers without a lead
        (after("rework"), so_far(), USUAL, []),
        (after("problem"), so_far(), USUAL, [("problem_case", NOBODY, 0)]),
        (after("transfer", number=2), so_far(), USUAL, []),
        (after("transfer", number=3), so_far(), USUAL, [("problem_case", NOBODY, 0)]),
        (after("transfer", number=9), so_far(), Thresholds(transfers=0), []),
        # steps of the ladder that are consequences themselves, or cost points
        (after("letter", -3), so_far(), USUAL, [("letter", HANDLER, -3)]),
        (after("interview"), so_far(), USUAL, [("interview", HANDLER, 0)]),
        (after("public_notice"), so_far(), USUAL, [("public_notice", HANDLER, 0)]),
        (after("penalty", -1), so_far(), USUAL, [("penalty", HANDLER, -1)]),
    ],
)
def test_what_follows(mark: Mark, count: SoFar, rules: Thresholds, expected: list[tuple[str, str, float]]) -> None:
    found = follow(mark, count, rules)
    assert [(what.measure, what.about, what.points) for what in found] == expected
    assert all(what.why for what in found)
    assert all(" / " in what.why for what in found if what.why != mark.why)


def test_thresholds_are_the_towns_and_usual_where_it_says_nothing() -> None:
    assert Thresholds.of(None) == Thresholds.of({}) == Thresholds(2, -1, 1, 3, 3)
    assert Thresholds.of(read("rules/normal.yaml")["dispatch"]["supervision"]) == USUAL
    assert Thresholds.of({"letter": {"yellows": 5}, "problem_case": {"transfers": 0}}) == Thresholds(
        yellows=5, transfers=0
    )


@pytest.mark.parametrize(
    ("step", "kind", "points"),
    [(1, None, 0), (2, "yellow", 0), (3, None, 0), (7, "red", -2), (8, None, 0), (9, "public_notice", 0)],
)
def test_cards_count_and_reminders_do_not(step: int, kind: str | None, points: float) -> None:
    order, _ = started()
    change = take_step(order, order.terms.ladder[step - 1], roster(), CALENDAR, START).changes[0]
    mark = mark_of(change, rework=False)
    assert (mark.kind if mark else None) == kind
    if mark:
        assert (mark.unit, mark.member_id, mark.points) == (GRID, "w1", points)


def test_points_of_any_step_count() -> None:
    order, _ = started()
    step = replace(order.terms.ladder[0], points=-0.5)
    mark = mark_of(take_step(order, step, roster(), CALENDAR, START).changes[0], rework=False)
    assert mark and (mark.kind, mark.points) == ("penalty", -0.5)


def test_a_failed_check_is_a_yellow_card_of_the_handlers_unit() -> None:
    order, _ = started(state="resolved", checker_id="l1")
    moved = handling.verify(order, Action("k", "l1", "verify", passed=False, note="still dirty"), AROUND)
    assert isinstance(moved, Moved)
    mark = mark_of(moved.changes[0], rework=False)
    assert mark and (mark.kind, mark.unit, mark.member_id) == ("yellow", GRID, "w1")
    assert not did_well(moved.changes[0])


def test_transfers_are_counted_by_their_order() -> None:
    order, _ = started(transfers=2, state="in_progress")
    moved = handling.transfer(order, Action("k", "w1", "transfer", reason="not ours", to=OTHER_GRID), AROUND)
    assert isinstance(moved, Moved)
    mark = mark_of(moved.changes[0], rework=False)
    assert mark and (mark.kind, mark.unit, mark.number) == ("transfer", GRID, 3)
    assert [mark_of(change, rework=False) for change in moved.changes[1:]] == [None]


def test_a_round_counts_only_when_the_reporter_asked_for_it() -> None:
    _, change = started(round_=4)
    assert mark_of(change, rework=False) is None  # registered again, by another platform for example
    mark = mark_of(change, rework=True)
    assert mark and (mark.kind, mark.unit) == ("rework", GRID)
    mark = mark_of(change, rework=True, problem=True)
    assert mark and mark.kind == "problem"


@pytest.mark.parametrize(("colour", "well"), [("none", True), ("blue", True), ("yellow", True), ("red", False)])
def test_a_row_of_reds_ends_with_an_order_that_was_never_red(colour: str, well: bool) -> None:
    order, _ = started(state="resolved", checker_id="l1", supervision=colour)
    moved = handling.verify(order, Action("k", "l1", "verify", passed=True), AROUND)
    assert isinstance(moved, Moved)
    assert did_well(moved.changes[0]) == well
