"""Nobody has acted in time: the ladder of supervision takes its steps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from services.dispatch.domain import pool
from services.dispatch.domain.asking import ends_by_itself
from services.dispatch.domain.calendar import Calendar
from services.dispatch.domain.deciding import Circumstances
from services.dispatch.domain.order import POOLED, SUSPENDED, Moved, Order
from services.dispatch.domain.supervision import silent_until, take_step
from services.dispatch.store import OpenWork, Row, Work
from services.dispatch.use_cases.recording import Happened, record
from shared.rounds import work_off

AT_ONCE = 100  # orders in one transaction


def watch_deadlines(open_work: OpenWork) -> int:
    """Take every step that is due, and end every suspension that is over, of orders that no other replica is at; what
    is due in the quiet hours waits for their end. Gives how many changes and delays that were."""
    return work_off(_take_steps, open_work)


def _take_steps(work: Work) -> int:
    cases, calendar = work.lock_due_cases(AT_ONCE), work.calendar()
    if not cases or calendar is None:
        return 0
    current, now = work.current_orders(cases), work.now()
    silent = {order.id: until for order in current.values() if (until := _silent(order, calendar, now))}
    work.put_off(silent)
    due = {case_id: order for case_id, order in current.items() if order.id not in silent}
    happened = _happen(due, cases, calendar, work) if due else []
    record(happened, work, now)
    return len(happened) + len(silent)


def _silent(order: Order, calendar: Calendar, now: dt.datetime) -> dt.datetime | None:
    """Until when nobody is to hear of this order; who gets it out of the pool hears it like any new work."""
    return None if order.state == POOLED else silent_until(order.terms.quiet, now, calendar)


def _happen(due: dict[str, Order], cases: dict[str, Row], calendar: Calendar, work: Work) -> list[Happened]:
    policies = work.policies() if any(order.state == POOLED for order in due.values()) else None
    areas = work.areas_up(cases[case_id]["grid_id"] for case_id in due)
    watched = [member for order in due.values() for member in (order.member_id, order.checker_id)]
    roster = work.roster({area for around in areas.values() for area in around}, watched, policies)
    around, happened = Circumstances(roster, calendar, work.now()), []
    for case_id, order in due.items():
        moved = _moved(order, around, areas.get(order.grid_id or "", ()))
        happened += [Happened(cases[case_id], change) for change in moved.changes] if moved else []
    return happened


def _moved(order: Order, around: Circumstances, areas: Sequence[str]) -> Moved | None:
    """What has come by now: the next step of its ladder, the end of its suspension, or of its time in the pool."""
    if order.next_at is None or order.next_at > around.now:
        return None
    if order.state == POOLED:
        return pool.expired(order, around)
    if order.state == SUSPENDED:
        return ends_by_itself(order, around.now, around.calendar)
    step = order.next_step
    return take_step(order, step, around.roster, around.calendar, around.now, areas) if step else None
