"""Open work follows the areas and members: a grid that was split or merged, a member who has left."""

from __future__ import annotations

from collections.abc import Sequence

from services.dispatch.domain.areas import place_in
from services.dispatch.domain.assignment import Roster
from services.dispatch.domain.order import DISPATCHED, IN_PROGRESS
from services.dispatch.domain.relocation import relocate
from services.dispatch.store import OpenWork, Row, Work
from services.dispatch.use_cases.recording import Happened, record
from shared.rounds import work_off

AT_ONCE = 100  # cases in one transaction
ROUNDS = 200  # transactions of one call


def move_work(open_work: OpenWork) -> int:
    """Cases in grids that are no more go to what lies there now, and the orders of those who have left to others; gives
    how many cases. Every replica may do it: what another is at is left out."""
    return work_off(_move_some, open_work, ROUNDS)


def _move_some(work: Work) -> int:
    grids, members = work.displaced()
    calendar = work.calendar() if grids or members else None
    if calendar is None:
        return 0
    cases = work.lock_displaced_cases(grids, members, AT_ONCE)
    if not cases:
        work.settle_successions(grids)
        return 0
    before = {case_id: case["grid_id"] for case_id, case in cases.items()}
    parts = bring_up_to_date(list(cases.values()), {grid for grid in before.values() if grid}, work)
    work.describe_cases([case for case in cases.values() if case["grid_id"] != before[case["id"]]])
    current = {i: order for i, order in work.current_orders(cases).items() if order.state in (DISPATCHED, IN_PROGRESS)}
    grids, services = [case["grid_id"] for case in cases.values()], [case["service"] for case in cases.values()]
    roster: Roster = work.roster(grids, (order.member_id for order in current.values()), services=services)
    happened, now = [], work.now()
    for case_id, order in current.items():
        beside = {part["grid_id"] for part in parts.get(before[case_id] or "", ())}
        moved = relocate(order, cases[case_id]["grid_id"], before[case_id], beside, roster, calendar, now)
        happened += [Happened(cases[case_id], change) for change in moved.changes]
    record(happened, work, now)
    return len(
        [case_id for case_id in cases if cases[case_id]["grid_id"] != before[case_id] or case_id in _of(happened)]
    )


def _of(happened: Sequence[Happened]) -> set[str]:
    return {one.case["id"] for one in happened}


def bring_up_to_date(cases: Sequence[Row], grids: set[str], work: Work) -> dict[str, list[Row]]:
    """Cases in these grids lie in what has taken their place, where anything has; gives what has."""
    parts = work.successors(grids)
    for case in cases:
        if case["grid_id"] in parts:
            case["grid_id"] = place_in(parts[case["grid_id"]], case["lon"], case["lat"])
    return parts
