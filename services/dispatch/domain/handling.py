"""The handler takes work on, says how it goes, gives it back or on, and says that it is done; somebody else checks."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from services.dispatch.domain import order as orders
from services.dispatch.domain.assignment import Choice
from services.dispatch.domain.deciding import Action, Circumstances, Decided, nothing_said, refused, says_nothing
from services.dispatch.domain.escalation import redated
from services.dispatch.domain.evidence import lacking
from services.dispatch.domain.order import CHECKER, HANDLER, IN_PROGRESS, Change, Moved, Order
from services.dispatch.domain.posts import DESK


def acknowledge(order: Order, action: Action, around: Circumstances) -> Decided:
    return orders.acknowledged(order, action.member_id, around.now, action.note, action.evidence, where(action))


def progress(order: Order, action: Action, around: Circumstances) -> Decided:
    if says_nothing(action):
        return nothing_said("note", "evidence")
    new = replace(orders.noted(order, around.now), version=order.version + 1)
    said = {"note": action.note, "evidence": list(action.evidence)}
    return Moved(new, (_by_handler("progressed", order, new, action, said),))


def give_back(order: Order, action: Action, around: Circumstances) -> Decided:
    """Once per unit (domain.md section 3); then it is a matter of handing on or coordinating, not of returning."""
    if not action.reason.strip():
        return nothing_said("reason")
    if order.unit in order.returned_units:
        return refused(
            "returned_before",
            "本单位已退单一次,如不属本单位职责请转办",
            "your unit has returned it once: hand it on to the unit that it belongs to (transfer)",
        )
    but = (*order.returned_by, action.member_id)
    choice = around.roster.handler(order.matter, but=but)
    if choice is None:
        return refused("nobody_else", "无其他人员可派", "there is nobody else to give it to")
    units = (*order.returned_units, order.unit)
    back = replace(
        orders.noted(order, around.now), version=order.version + 1, returned_by=but, returned_units=units, request=None
    )
    change = _by_handler("returned", order, back, action, {"reason": action.reason}, action.reason)
    change = replace(change, ends=((HANDLER, "returned"),), requests=orders.lapsed(order, around.now))
    moved = orders.hand_over(back, choice, around.now, around.calendar)
    return Moved(moved.order, (change, *moved.changes))


def transfer(order: Order, action: Action, around: Circumstances) -> Decided:
    """Another unit takes over. Units may hand it on among themselves so many times; then the desk coordinates, and
    whatever the desk hands on does not count."""
    if not action.reason.strip():
        return nothing_said("reason")
    coordinating = any(post.role == DESK for post in around.roster.posts(action.member_id))
    settled = coordinating or order.transfers < around.conduct.transfers
    if settled and not action.to.strip():
        return nothing_said("to")
    if settled and action.to == order.unit:
        return refused("same_unit", "该工单已在此单位", "the order is with that unit already")
    choice = around.roster.of_unit(action.to, action.member_id) if settled else around.roster.desk(action.member_id)
    if choice is None:
        return refused("unknown_unit", f"单位 {action.to!r} 无可派人员", f"nobody can get it in the unit {action.to!r}")
    return _handed_on(order, action, choice, around, 0 if coordinating else 1)


def _handed_on(order: Order, action: Action, choice: Choice, around: Circumstances, counts: int) -> Moved:
    new = replace(
        orders.noted(order, around.now),
        version=order.version + 1,
        transfers=order.transfers + counts,
        request=None,
    )
    said = {"reason": action.reason, "to_member_id": choice.member.member_id, "to_unit": choice.member.unit}
    change = _by_handler("transferred", order, new, action, said, action.reason)
    change = replace(change, ends=((HANDLER, "transferred"),), requests=orders.lapsed(order, around.now))
    moved = orders.hand_over(new, choice, around.now, around.calendar)
    return Moved(moved.order, (change, *moved.changes))


def resolve(order: Order, action: Action, around: Circumstances) -> Decided:
    """Nobody is done while another unit still assists: refused, never silently cascaded (domain.md section 3)."""
    if says_nothing(action):
        return nothing_said("note", "evidence")
    if order.assists:
        units = "、".join(assist.unit for assist in order.assists)
        return refused("assists_open", f"协办未完成:{units}", f"units still assist: {units}; wait, or release them")
    if lack := lacking(order, action, around):
        return lack
    checker = around.roster.checker(order.grid_id, order.member_id)
    if checker is None:
        return refused(
            "nobody_checks", "暂无其他人员可核查,请稍后再报", "nobody else is there to check it: try again later"
        )
    evidence = tuple(dict.fromkeys((*action.before, *action.evidence)))
    facts = where(action) | ({"before": list(action.before)} if action.before else {})
    return orders.resolved(order, action.member_id, checker, action.note, evidence, around.now, around.calendar, facts)


def verify(order: Order, action: Action, around: Circumstances) -> Decided:
    if action.passed is None:
        return nothing_said("passed")
    if action.passed:
        return _verified(order, action, around.now)
    if not action.note.strip():
        return nothing_said("note")
    terms = redated(order.terms, order.started_at, order.clock, around.calendar)  # it may have changed meanwhile
    new = replace(
        orders.coloured(order, "yellow"),
        state=IN_PROGRESS,
        version=order.version + 1,
        checker_id=None,
        resolved_at=None,
        terms=terms,
        due_at=terms.due_at,
    )
    said = {"member_id": order.member_id, "checker_id": action.member_id, "note": action.note}
    ends = ((CHECKER, "sent_back"),)
    change = Change("sent_back", new, order.state, action.member_id, action.note, said=said, ends=ends)
    return Moved(new, (replace(change, facts=where(action)),))


def cancel(order: Order, action: Action, around: Circumstances) -> Decided:
    """The desk ends a matter that nobody needs handled; with the reason, which whoever reported it hears."""
    if not action.reason.strip():
        return nothing_said("reason")
    return orders.withdrawn(order, action.reason, around.now, action.member_id, "cancelled")


def where(action: Action) -> dict[str, Any]:
    """Where the member was, for the journal; it is never said to other services."""
    return {"position": action.position._asdict()} if action.position else {}


def _verified(order: Order, action: Action, now: dt.datetime) -> Moved:
    new = replace(order, state=orders.VERIFIED, version=order.version + 1, verified_at=now)
    said = {
        "member_id": order.member_id,
        "checker_id": action.member_id,
        "note": action.note,
        "resolved_at": order.resolved_at.isoformat() if order.resolved_at else None,
    }
    ends = ((HANDLER, "verified"), (CHECKER, "verified"))
    change = Change("verified", new, order.state, action.member_id, action.note, said=said, ends=ends)
    return Moved(new, (replace(change, facts=where(action)),))


def _by_handler(
    kind: str, order: Order, new: Order, action: Action, said: dict[str, Any] | None = None, note: str | None = None
) -> Change:
    said = {"member_id": action.member_id} | (said or {})
    note = action.note if note is None else note
    return Change(kind, new, order.state, action.member_id, note, action.evidence, said, facts=where(action))
