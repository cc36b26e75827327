"""Nobody has acted in time: the ladder of supervision takes its steps."""

from __future__ import annotations

from services.dispatch.domain.asking import ends_by_itself
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
    roster = work.roster((case["grid_id"] for case in cases.values()), (o.member_id for o in current.values()))
    happened, now = [], work.now()
    for case_id, order in current.items():
        if moved := ends_by_itself(order, now, calendar):
            happened += [Happened(cases[case_id], change) for change in moved.changes]
            continue
        step = order.next_step
        if step and step.at and step.at <= now:
            moved = take_step(order, step, roster, calendar, now)
            happened += [Happened(cases[case_id], change) for change in moved.changes]
    record(happened, work, now)
    return len(happened)
