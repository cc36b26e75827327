"""What a member does to a work order: accepted with its changes, or refused with the reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

from services.dispatch.domain import order as orders
from services.dispatch.domain import pool
from services.dispatch.domain.assignment import Roster
from services.dispatch.domain.calendar import Calendar
from services.dispatch.domain.order import (
    CHECKER,
    DISPATCHED,
    HANDLER,
    IN_PROGRESS,
    POOLED,
    RESOLVED,
    Change,
    Moved,
    Order,
)
from services.dispatch.domain.words import both


@dataclass(frozen=True)
class Action:
    """What a member wants to do; `command_id` makes it safe to send again, `at` is when the member did it."""

    command_id: str
    member_id: str
    action: str
    order_id: str | None = None
    number: str | None = None
    version: int | None = None
    at: dt.datetime | None = None
    note: str = ""
    evidence: tuple[str, ...] = ()
    reason: str = ""
    passed: bool | None = None


class Refused(NamedTuple):
    """Why an action is not done; `code` for programs, `reason` for people."""

    code: str
    reason: str


class Circumstances(NamedTuple):
    """What deciding needs besides the order: who could get it, the town's calendar, the clock."""

    roster: Roster
    calendar: Calendar
    now: dt.datetime


Decided = Moved | Refused


def refused(code: str, zh: str, en: str) -> Refused:
    return Refused(code, both(zh, en))


def act(order: Order | None, action: Action, around: Circumstances) -> Decided:
    """What becomes of the order."""
    if action.action not in ACTIONS:
        return refused("unknown_action", f"没有动作 {action.action!r}", f"there is no action {action.action!r}")
    if order is None:
        return refused("unknown_order", "没有此工单,请核对编号", "no such work order: check the number")
    if action.order_id and action.order_id != order.id:
        now = f"{order.round} ({order.id})"
        return refused("order_ended", f"该工单已结束,现为第 {now} 轮", f"that order has ended; now it is round {now}")
    decide, states, role = ACTIONS[action.action]
    if role == ANYBODY:
        return decide(order, action, around)
    if action.version is not None and action.version != order.version:
        return refused(
            "version_moved_on",
            f"工单已更新(第 {order.version} 版),请刷新",
            f"the order has moved on to version {order.version}: look again",
        )
    if action.member_id != (order.checker_id if role == CHECKER else order.member_id):
        return refused("not_yours", f"工单不由 {action.member_id} 负责", f"it is not for {action.member_id} to do")
    if order.state not in states:
        wanted = " / ".join(states)
        return refused("wrong_state", f"工单状态为 {order.state},须为 {wanted}", f"it is {order.state}, not {wanted}")
    return decide(order, action, around)


def _acknowledge(order: Order, action: Action, around: Circumstances) -> Decided:
    return orders.acknowledged(order, action.member_id, around.now)


def _claim(order: Order, action: Action, around: Circumstances) -> Decided:
    why_not = pool.refusal(order, action.member_id, around.roster)
    return refused(*why_not) if why_not else pool.claimed(order, action.member_id, around)


def _progress(order: Order, action: Action, around: Circumstances) -> Decided:
    if _says_nothing(action):
        return _nothing_said("note", "evidence")
    new = replace(orders.noted(order, around.now), version=order.version + 1)
    said = {"member_id": action.member_id, "note": action.note, "evidence": list(action.evidence)}
    return Moved(new, (Change("progressed", new, order.state, action.member_id, action.note, action.evidence, said),))


def _return(order: Order, action: Action, around: Circumstances) -> Decided:
    if not action.reason.strip():
        return _nothing_said("reason")
    if action.member_id in order.returned_by:
        return refused("returned_before", "每人只能退单一次", "each member may return an order once")
    but = (*order.returned_by, action.member_id)
    choice = around.roster.handler(order.matter, but=but)
    if choice is None:
        return refused("nobody_else", "无其他人员可派", "there is nobody else to give it to")
    back = replace(orders.noted(order, around.now), version=order.version + 1, returned_by=but)
    said = {"member_id": action.member_id, "reason": action.reason}
    returned = Change(
        "returned", back, order.state, action.member_id, action.reason, said=said, ends=((HANDLER, "returned"),)
    )
    moved = orders.hand_over(back, choice, around.now, around.calendar)
    return Moved(moved.order, (returned, *moved.changes))


def _resolve(order: Order, action: Action, around: Circumstances) -> Decided:
    if _says_nothing(action):
        return _nothing_said("note", "evidence")
    checker = around.roster.checker(order.grid_id, order.member_id)
    if checker is None:
        return refused(
            "nobody_checks", "无人可核查,请联系坐席", "nobody else is there to check it: ask the township desk"
        )
    return orders.resolved(order, action.member_id, checker, action.note, action.evidence, around.now)


def _verify(order: Order, action: Action, around: Circumstances) -> Decided:
    if action.passed is None:
        return _nothing_said("passed")
    if action.passed:
        return _verified(order, action, around.now)
    if not action.note.strip():
        return _nothing_said("note")
    new = replace(
        orders.coloured(order, "yellow"),
        state=IN_PROGRESS,
        version=order.version + 1,
        checker_id=None,
        resolved_at=None,
    )
    said = {"member_id": order.member_id, "checker_id": action.member_id, "note": action.note}
    ends = ((CHECKER, "sent_back"),)
    return Moved(new, (Change("sent_back", new, order.state, action.member_id, action.note, said=said, ends=ends),))


def _verified(order: Order, action: Action, now: dt.datetime) -> Moved:
    new = replace(order, state=orders.VERIFIED, version=order.version + 1, verified_at=now)
    said = {
        "member_id": order.member_id,
        "checker_id": action.member_id,
        "note": action.note,
        "resolved_at": order.resolved_at.isoformat() if order.resolved_at else None,
    }
    ends = ((HANDLER, "verified"), (CHECKER, "verified"))
    return Moved(new, (Change("verified", new, order.state, action.member_id, action.note, said=said, ends=ends),))


def _says_nothing(action: Action) -> bool:
    return not action.note.strip() and not any(item.strip() for item in action.evidence)


def _nothing_said(*fields: str) -> Refused:
    names = " / ".join(fields)
    return refused("nothing_said", f"请填写 {names}", f"say something in {names}")


ANYBODY = "anybody"  # may try: the action itself says why not
# action → (what it does, the states it may find, who may do it)
ACTIONS: dict[str, tuple[Callable[[Order, Action, Circumstances], Decided], tuple[str, ...], str]] = {
    "claim": (_claim, (POOLED,), ANYBODY),
    "acknowledge": (_acknowledge, (DISPATCHED,), HANDLER),
    "progress": (_progress, (IN_PROGRESS,), HANDLER),
    "return": (_return, (DISPATCHED, IN_PROGRESS), HANDLER),
    "resolve": (_resolve, (IN_PROGRESS,), HANDLER),
    "verify": (_verify, (RESOLVED,), CHECKER),
}
