"""Somebody at the desk, or a leader, says who gets an order: whatever the town's policies would say."""

from __future__ import annotations

from dataclasses import replace

from services.dispatch.domain import order as orders
from services.dispatch.domain.deciding import Circumstances, Refused, refused
from services.dispatch.domain.order import DISPATCHED, HANDLER, IN_PROGRESS, POOLED, Moved, Order
from services.dispatch.domain.posts import DESK, LEADER, WORKER
from services.dispatch.domain.words import DEPARTMENTS, both

HANDLERS = (WORKER, LEADER, DESK, *DEPARTMENTS)  # roles that do work
OPEN = (POOLED, DISPATCHED, IN_PROGRESS)


def assign(order: Order, member_id: str, by: str, reason: str, around: Circumstances) -> Moved | Refused:
    """The order with the member that `by` has named; nothing changes for one who has it already."""
    if order.state not in OPEN:
        return refused("wrong_state", f"工单状态为 {order.state},不能改派", f"it is {order.state}: too late for that")
    if order.member_id == member_id:
        return Moved(order, ())
    member = around.roster.member(member_id)
    if member is None or member.role not in HANDLERS:
        return refused("no_handler", f"没有可办理的人员 {member_id!r}", f"there is no {member_id!r} who does such work")
    if not member.on_duty and (deputy := around.roster.deputy(member_id)):
        member = deputy
        if order.member_id == deputy.member_id:
            return Moved(order, ())
    if not member.on_duty:
        return refused("off_duty", f"{member_id} 不在岗", f"{member_id} is not on duty")
    instead = both(f"(代 {member_id})", f"(stands in for {member_id})") if member.instead_of else ""
    choice = around.roster.chosen(member, both(f"{by} 指派:{reason}", f"given by {by}: {reason}") + instead)
    moved = orders.hand_over(orders.noted(order, around.now), choice, around.now, around.calendar)
    (change,) = moved.changes
    said = change.said | {"from_member_id": order.member_id or None}
    ends = ((HANDLER, "reassigned"),) if order.member_id else ()
    return Moved(moved.order, (replace(change, who=by, said=said, ends=ends),))
