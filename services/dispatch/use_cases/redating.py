"""Deadlines are worked out anew from the journal: for a new calendar, and to see that they are what they should be."""

from __future__ import annotations

from typing import Any

from services.dispatch.domain.clock import RUNNING
from services.dispatch.domain.correction import redate
from services.dispatch.domain.escalation import redated
from services.dispatch.domain.explaining import explained
from services.dispatch.store import OpenWork, Work
from services.dispatch.use_cases.recording import Happened, record

AT_ONCE = 200  # orders in one transaction
ROUNDS = 50  # transactions of one call
FIRST = "00000000-0000-0000-0000-000000000000"


def redate_orders(open_work: OpenWork) -> int:
    """After a new calendar: the deadlines of open orders, each once over all replicas; gives how many have moved."""
    moved = 0
    for _ in range(ROUNDS):
        with open_work() as work:
            after = work.redating_after()
            if after is None:
                break
            moved += _redate_next(after, work)
            work.commit()
    return moved


def _redate_next(after: str, work: Work) -> int:
    ids, calendar = work.next_to_redate(after, AT_ONCE), work.calendar()
    if not ids or calendar is None:
        work.end_redating()
        return 0
    cases = work.lock_cases(case_id for _, case_id in ids)
    clocks, happened = work.clocks([order_id for order_id, _ in ids]), []
    for case_id, order in work.current_orders(cases).items():
        moved = redate(order, clocks.get(order.id, RUNNING), calendar) if order.next_at or order.due_at else None
        happened += [Happened(cases[case_id], change) for change in moved.changes] if moved else []
    record(happened, work, work.now())
    work.redated_up_to(ids[-1][0])
    return len(happened)


def begin_redating(open_work: OpenWork) -> None:
    """The deadlines of all open orders are worked out anew by the running service."""
    with open_work() as work:
        work.begin_redating()
        work.commit()


def check_deadlines(open_work: OpenWork) -> list[dict[str, Any]]:
    """The open orders whose deadline is another than their journal and the calendar in force make it."""
    wrong: list[dict[str, Any]] = []
    after = FIRST
    while True:
        with open_work() as work:
            ids, calendar = work.next_to_redate(after, AT_ONCE), work.calendar()
            if not ids or calendar is None:
                return wrong
            clocks = work.clocks([order_id for order_id, _ in ids])
            for order in work.current_orders(work.lock_cases(case_id for _, case_id in ids)).values():
                terms = redated(order.terms, order.started_at, clocks.get(order.id, RUNNING), calendar)
                if terms.due_at != order.due_at:
                    wrong.append({"number": order.number, "due_at": order.due_at, "should_be": terms.due_at})
            after = ids[-1][0]


def explain_deadline(number: str, open_work: OpenWork) -> str:
    """How the deadline of a case's order comes about, line by line. Raises ValueError for a number without an order."""
    with open_work() as work:
        calendar, (_, by_number) = work.calendar(), work.find_cases((), (number,))
        cases = work.lock_cases(by_number.values())
        order = next(iter(work.current_orders(cases).values()), None)
        if order is None or calendar is None:
            raise ValueError(f"there is no work order of a case {number}: check the number")
        clock = work.clocks([order.id]).get(order.id, RUNNING)
    return "\n".join(explained(order, clock, calendar))
