"""What needs approval: suspending an order and having more time for it (domain.md section 4), asked for by the handler,
decided by somebody who leads or coordinates and has not asked."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from services.dispatch.domain import order as orders
from services.dispatch.domain.awaited import watched_request
from services.dispatch.domain.calendar import Calendar
from services.dispatch.domain.deciding import (
    Action,
    Circumstances,
    Decided,
    Refused,
    clock_time,
    nothing_said,
    refused,
)
from services.dispatch.domain.escalation import redated
from services.dispatch.domain.order import IN_PROGRESS, SUSPENDED, Change, Moved, Order
from services.dispatch.domain.parts import APPROVED, DENIED, EXTEND, SUSPEND, Request
from services.dispatch.domain.posts import DESK, LEADER
from services.dispatch.domain.words import both

_NOTHING_ASKED = refused("nothing_asked", "没有待审批的申请", "nothing waits for approval")


def suspend(order: Order, action: Action, around: Circumstances) -> Decided:
    """Ask that the clock stands still until then."""
    return _incomplete(order, action, around) or _asked(order, action, around, SUSPEND)


def extend(order: Order, action: Action, around: Circumstances) -> Decided:
    """Ask for time until then: before the order is due, so many times, and not without end."""
    return (
        _incomplete(order, action, around)
        or _not_extended(order, action, around)
        or _asked(order, action, around, EXTEND)
    )


def approve(order: Order, action: Action, around: Circumstances) -> Decided:
    request = order.request
    if request is None:
        return _NOTHING_ASKED
    due_before = request.kind == EXTEND and (order.due_at is None or request.until <= order.due_at)
    if request.until <= around.now or due_before:
        return refused(
            "no_longer_needed",
            f"申请的日期 {clock_time(request.until, around)} 已无意义,请退回申请",
            f"what was asked for, {clock_time(request.until, around)}, makes no difference any more: deny it",
        )
    done = replace(request, state=APPROVED, decided_by=action.member_id, decided_at=around.now, note=action.note)
    return _suspended(order, done, around) if request.kind == SUSPEND else _extended(order, done, around)


def deny(order: Order, action: Action, around: Circumstances) -> Decided:
    if not action.reason.strip():
        return nothing_said("reason")
    request = order.request
    if request is None:
        return _NOTHING_ASKED
    done = replace(request, state=DENIED, decided_by=action.member_id, decided_at=around.now, note=action.reason)
    new = replace(order, version=order.version + 1, request=None)
    said = {"member_id": request.asked_by, "request": request.kind, "by": action.member_id, "why": action.reason}
    change = Change("request_denied", new, order.state, action.member_id, action.reason, said=said, requests=(done,))
    return Moved(new, (change,))


def resume(order: Order, action: Action, around: Circumstances) -> Decided:
    """Go on before the suspension ends."""
    why = action.note or both("提前恢复", "it goes on earlier")
    return orders.resumed(order, action.member_id, why, around.now, around.calendar)


def may_approve(order: Order, action: Action, around: Circumstances) -> bool:
    """Whoever was asked, the grid's leader, or the desk, or who stands in for them; never the one who asks."""
    request, me = order.request, around.roster.member(action.member_id)
    if request is None:
        return True  # and hears that there is nothing to approve
    if me is None or me.member_id == request.asked_by:
        return False
    posts = around.roster.posts(me.member_id)
    leads = any(post.role == LEADER and post.unit == order.grid_id for post in posts)
    coordinates = any(post.role == DESK for post in posts)
    return around.roster.acts_for(me.member_id, request.approver_id) or coordinates or leads


def _incomplete(order: Order, action: Action, around: Circumstances) -> Refused | None:
    if not action.reason.strip():
        return nothing_said("reason")
    if action.until is None:
        return nothing_said("until")
    if action.until <= around.now:
        return refused("in_the_past", "请选择将来的日期 until", "until must lie in the future")
    if order.request:
        return refused("asked_already", "已有申请待审批", "something is asked for already and not decided yet")
    return None


def _not_extended(order: Order, action: Action, around: Circumstances) -> Refused | None:
    """Why this extension cannot even be asked for."""
    limit, due_at, until = order.terms.resolve, order.due_at, action.until
    if limit is None or due_at is None or until is None:
        return refused("no_deadline", "该工单没有时限", "the order has no deadline")
    if around.now > due_at:
        return refused("too_late", "已超过时限,不能再申请延期", "it is overdue: extensions are asked for before that")
    if len(order.clock.extensions) >= around.conduct.extensions:
        return refused("extended_before", "已延期过,不能再次延期", "it has been extended as often as it may be")
    if until <= due_at:
        return refused("too_short", "申请日期早于现时限", "until must be after the present deadline")
    most = order.clock.after(around.calendar, due_at, limit.share(around.conduct.extension_share))
    if until > most:
        latest = clock_time(most, around)
        return refused("too_long", f"最多可延至 {latest}", f"it can be extended until {latest} at most")
    return None


def _asked(order: Order, action: Action, around: Circumstances, kind: str) -> Decided:
    choice = around.roster.approver(order.grid_id, action.member_id)
    if choice is None or action.until is None:
        return refused("nobody_approves", "暂无人员可审批,请稍后再试", "nobody is there to approve it: try again later")
    version, approver = order.version + 1, choice.member.member_id
    request = Request(
        version, kind, action.member_id, approver, action.reason, action.until, around.now, note=choice.why
    )
    request = watched_request(around.conduct.awaited, order, request, around.calendar)
    new = replace(orders.noted(order, around.now), version=version, request=request)
    said = {"member_id": action.member_id, "approver_id": approver, "request": kind, "reason": action.reason}
    said |= {"until": action.until.isoformat()}
    change = Change("request_raised", new, order.state, action.member_id, action.reason, action.evidence, said)
    return Moved(new, (replace(change, requests=(request,), facts={"request": kind, "until": said["until"]}),))


def _suspended(order: Order, done: Request, around: Circumstances) -> Moved:
    clock = order.clock.paused(around.now, done.until)
    return _redated(replace(orders.noted(order, around.now), clock=clock, state=SUSPENDED), order, done, around, {})


def _extended(order: Order, done: Request, around: Circumstances) -> Moved:
    assert order.due_at and order.terms.resolve
    due_at = order.clock.put_off(around.calendar, order.due_at, order.terms.resolve.unit)
    clock = order.clock.extended(due_at, done.until)
    new = replace(orders.noted(order, around.now), clock=clock, state=IN_PROGRESS)
    return _redated(new, order, done, around, {"due_at": due_at.isoformat()})


def _redated(new: Order, order: Order, done: Request, around: Circumstances, facts: dict[str, str]) -> Moved:
    terms = redated(order.terms, order.started_at, new.clock, around.calendar)
    new = replace(new, version=order.version + 1, terms=terms, due_at=terms.due_at, request=None)
    until = done.until.isoformat()
    said = {"member_id": order.member_id, "by": done.decided_by, "reason": done.reason, "until": until}
    kind = "suspended" if done.kind == SUSPEND else "extended"
    change = Change(kind, new, order.state, done.decided_by or "", done.reason, said=said, requests=(done,))
    return Moved(new, (replace(change, facts=facts | {"until": until}),))


def ends_by_itself(order: Order, now: dt.datetime, calendar: Calendar) -> Moved | None:
    """The suspension is over: the clock goes on from the moment that was agreed, however late this is noticed."""
    if order.state != SUSPENDED or order.next_at is None or order.next_at > now:
        return None
    return orders.resumed(order, "rule", both("挂起期满", "the suspension is over"), order.next_at, calendar)
