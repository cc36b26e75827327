"""Other units help the lead (协办): each with its own task and deadline; the lead stays answerable for the whole."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from services.dispatch.domain import order as orders
from services.dispatch.domain.awaited import watched_assist
from services.dispatch.domain.deciding import (
    Action,
    Circumstances,
    Decided,
    clock_time,
    nothing_said,
    refused,
    says_nothing,
)
from services.dispatch.domain.handling import where
from services.dispatch.domain.order import Change, Moved, Order
from services.dispatch.domain.parts import DONE, Assist

MOST = 9  # units that assist with one order at the same time


def assist(order: Order, action: Action, around: Circumstances) -> Decided:
    """The handler asks another unit for help, by default until the order itself is due."""
    if not action.note.strip() or not action.to.strip():
        return nothing_said("to", "note")
    if any(other.unit == action.to for other in order.assists) or len(order.assists) >= MOST:
        return refused("assists_already", f"{action.to} 已在协办", f"{action.to} assists already, or {MOST} others do")
    if action.until and action.until <= around.now:
        return refused("in_the_past", "请选择将来的日期 until", "until must lie in the future")
    if action.until and order.due_at and action.until > order.due_at:
        latest = clock_time(order.due_at, around)
        return refused("too_long", f"协办须在主办时限 {latest} 前完成", f"the order itself is due at {latest}")
    choice = around.roster.of_unit(action.to, action.member_id)
    if choice is None:
        return refused("unknown_unit", f"单位 {action.to!r} 无可派人员", f"nobody can get it in the unit {action.to!r}")
    due_at, member = action.until or order.due_at, choice.member
    asked = Assist(
        order.version + 1,
        action.to,
        member.member_id,
        choice.why,
        action.note,
        action.member_id,
        around.now,
        due_at,
    )
    asked = watched_assist(around.conduct.awaited, order, asked, around.calendar)
    new = replace(orders.noted(order, around.now), version=order.version + 1, assists=(*order.assists, asked))
    said = _said(order, asked, action) | {"assist_due_at": due_at.isoformat() if due_at else None}
    change = Change("assist_asked", new, order.state, action.member_id, action.note, action.evidence, said)
    return Moved(new, (replace(change, assists=(asked,)),))


def assist_done(order: Order, action: Action, around: Circumstances) -> Decided:
    """The unit that assists has done its part."""
    if says_nothing(action):
        return nothing_said("note", "evidence")
    mine = next(one for one in order.assists if _owes(one, action, around))
    done = replace(mine, state=DONE, ended_at=around.now, note=action.note, evidence=action.evidence)
    left = tuple(one for one in order.assists if one.number != mine.number)
    new = replace(orders.noted(order, around.now), version=order.version + 1, assists=left)
    said = _said(order, mine, action) | {"evidence": list(action.evidence)}
    change = Change("assist_done", new, order.state, action.member_id, action.note, action.evidence, said)
    return Moved(new, (replace(change, facts=where(action), assists=(done,)),))


def release(order: Order, action: Action, around: Circumstances) -> Decided:
    """The handler needs the help of a unit no more."""
    if not action.reason.strip():
        return nothing_said("reason")
    named = [one for one in order.assists if action.to in ("", one.unit, one.member_id)]
    if len(named) != 1:
        return refused("unknown_unit", "请指明协办单位 to", "name the unit that assists in to")
    new, change = orders.released(order, named[0], action.member_id, action.reason, around.now)
    return Moved(new, (change,))


def _said(order: Order, one: Assist, action: Action) -> dict[str, Any]:
    return {"member_id": order.member_id, "assistant_id": one.member_id, "unit": one.unit, "note": action.note}


def assists(order: Order, action: Action, around: Circumstances) -> bool:
    return any(_owes(one, action, around) for one in order.assists)


def _owes(one: Assist, action: Action, around: Circumstances) -> bool:
    """Whoever was asked, who answers for it since it is late, or who stands in for one of them."""
    owing = (name for name in (one.member_id, one.answers_id) if name)
    return any(around.roster.acts_for(action.member_id, name) for name in owing)
