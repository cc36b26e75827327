"""Desk and leaders give out work themselves."""

from __future__ import annotations

from typing import Any

from services.dispatch.domain import by_hand
from services.dispatch.domain.deciding import Circumstances, Refused
from services.dispatch.errors import MemberUnfit, MovedOn, NotPossible, OrderUnknown
from services.dispatch.store import OpenWork
from services.dispatch.use_cases.recording import Happened, record

ABOUT_THE_MEMBER = ("no_handler", "off_duty")  # what is wrong with whom, rather than with the order


def assign_by_hand(order_id: str, body: dict[str, Any], by: str, open_work: OpenWork) -> dict[str, Any]:
    """An open order goes to the member whom the body names, with its reason; named again, nothing changes.

    Raises OrderUnknown, MovedOn, NotPossible or MemberUnfit."""
    with open_work() as work:
        cases = work.lock_cases(work.find_cases([order_id], [])[0].values())
        order = next(iter(work.current_orders(cases).values()), None)
        if order is None:
            raise OrderUnknown(order_id)
        if order.id != order_id or (body["version"] is not None and body["version"] != order.version):
            raise MovedOn(order.round, order.version)
        if (calendar := work.calendar()) is None:
            raise NotPossible("no calendar is loaded: tell the operator")
        roster = work.roster([order.grid_id], [order.member_id, body["member_id"]])
        decided = by_hand.assign(
            order, body["member_id"], by, body["reason"], Circumstances(roster, calendar, work.now())
        )
        if isinstance(decided, Refused):
            raise (MemberUnfit if decided.code in ABOUT_THE_MEMBER else NotPossible)(decided.reason)
        if decided.changes:
            record([Happened(cases[order.case_id], change) for change in decided.changes], work, work.now())
            work.commit()
    new = decided.order
    return {
        "order_id": new.id,
        "number": new.number,
        "member_id": new.member_id,
        "state": new.state,
        "version": new.version,
    }
