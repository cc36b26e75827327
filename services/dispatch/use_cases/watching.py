"""Nobody has acted in time: the ladder of supervision takes its steps."""

from __future__ import annotations

from services.dispatch.domain import pool
from services.dispatch.domain.asking import ends_by_itself
from services.dispatch.domain.deciding import Circumstances
from services.dispatch.domain.order import POOLED, SUSPENDED, Moved, Order
from services.dispatch.domain.supervision import take_step
from services.dispatch.store import OpenWork, Work
from services.dispatch.use_cases.recording import Happened, record

AT_ONCE = 100  # orders in one transaction
ROUNDS = 50  # transactions of one call, so that a long backlog lets the timer breathe


def watch_deadlines(open_work: OpenWork) -> int:
    """Take every step that is due, and end every suspension that is over, of orders that no other replica is at; gives
    how many changes that were."""
    taken = 0
    for _ in range(ROUNDS):
        with open_work() as work:
            steps = _take_steps(work)
            work.commit()
        taken += steps
        if not steps:
            break
    return taken


def _take_steps(work: Work) -> int:
    cases, calendar = work.lock_due_cases(AT_ONCE), work.calendar()
    if not cases or calendar is None:
        return 0
    current = work.current_orders(cases)
    policies = work.policies() if any(order.state == POOLED for order in current.values()) else None
    grids, members = [case["grid_id"] for case in cases.values()], [order.member_id for order in current.values()]
    roster = work.roster(grids, members, policies)
    happened, now = [], work.now()
    for case_id, order in current.items():
        moved = _moved(order, Circumstances(roster, calendar, now))
        happened += [Happened(cases[case_id], change) for change in moved.changes] if moved else []
    record(happened, work, now)
    return len(happened)


def _moved(order: Order, around: Circumstances) -> Moved | None:
    """What has come by now: the next step of its ladder, the end of its suspension, or of its time in the pool."""
    if order.next_at is None or order.next_at > around.now:
        return None
    if order.state == POOLED:
        return pool.expired(order, around)
    if order.state == SUSPENDED:
        return ends_by_itself(order, around.now, around.calendar)
    step = order.next_step
    return take_step(order, step, around.roster, around.calendar, around.now) if step else None
