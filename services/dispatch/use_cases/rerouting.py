"""Whoever goes on leave has nothing in hand: what is open is given to others, each order once."""

from __future__ import annotations

import datetime as dt

from services.dispatch.domain.rerouting import reroute
from services.dispatch.store import OpenWork, Work
from services.dispatch.use_cases.recording import Happened, record
from shared.rounds import work_off

LEAVES_AT_ONCE, ORDERS_AT_ONCE = 20, 100  # in one transaction
# A leave is looked at again all the time that it lasts: a check may fail, or what was being assigned be committed late.
AGAIN = dt.timedelta(minutes=1)


def reroute_work(open_work: OpenWork) -> int:
    """Give away what members on leave have in hand, leaving out leaves that another replica is at; gives how much."""
    return work_off(_reroute, open_work)


def _reroute(work: Work) -> int:
    due, calendar = work.lock_leaves_to_route(LEAVES_AT_ONCE), work.calendar()
    if not due or calendar is None:
        return 0
    now, absent = work.now(), work.on_leave()
    cases = work.lock_cases(work.cases_in_hand(due.values(), ORDERS_AT_ONCE))
    current = work.current_orders(cases)
    handlers = {order.member_id for order in current.values()}
    grids, services = [case["grid_id"] for case in cases.values()], [case["service"] for case in cases.values()]
    roster = work.roster(grids, {*handlers, *absent.values()}, services=services)
    happened = [
        Happened(cases[case_id], change)
        for case_id, order in current.items()
        if (moved := reroute(order, absent, roster, calendar, now))
        for change in moved.changes
    ]
    work.route_again(list(due), now if happened else now + AGAIN)
    record(happened, work, now)
    return len(happened)
