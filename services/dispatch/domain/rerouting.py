"""Whoever is on leave has nothing in hand: open work goes to the delegate, or to whom a new case would go; what waits
for a check, to another checker."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

from services.dispatch.domain.assignment import Choice, Roster
from services.dispatch.domain.calendar import Calendar
from services.dispatch.domain.escalation import NOT_VERIFIED, begun
from services.dispatch.domain.order import (
    CHECKER,
    DISPATCHED,
    HANDLER,
    IN_PROGRESS,
    RESOLVED,
    Change,
    Moved,
    Order,
    hand_over,
)
from services.dispatch.domain.words import both

ON_LEAVE = both("请假,任务转交", "on leave: handed over")
STANDS_IN = both("受托代办", "stands in during the leave")


def reroute(
    order: Order, absent: Mapping[str, str | None], roster: Roster, calendar: Calendar, now: dt.datetime
) -> Moved | None:
    """The order without those who are `absent` (member → delegate); None when it concerns none of them, or when there
    is nobody to take it."""
    if order.state in (DISPATCHED, IN_PROGRESS) and order.member_id in absent:
        return _to_another_handler(order, absent, roster, calendar, now)
    if order.state == RESOLVED and order.checker_id in absent:
        return _to_another_checker(order, absent, roster, calendar, now)
    return None


def _to_another_handler(
    order: Order, absent: Mapping[str, str | None], roster: Roster, calendar: Calendar, now: dt.datetime
) -> Moved | None:
    but = (*order.returned_by, *absent)
    choice = _delegate(absent[order.member_id], but, roster) or roster.handler(order.matter, but=but)
    if choice is None:
        return None
    left = replace(order, version=order.version + 1)
    rerouted = _rerouted(left, HANDLER, order.member_id, choice)
    moved = hand_over(left, choice, now, calendar)
    return Moved(moved.order, (rerouted, *moved.changes))


def _to_another_checker(
    order: Order, absent: Mapping[str, str | None], roster: Roster, calendar: Calendar, now: dt.datetime
) -> Moved | None:
    gone = order.checker_id or ""
    choice = _delegate(absent[gone], (*absent, order.member_id), roster) or roster.checker(
        order.grid_id, order.member_id
    )
    if choice is None or choice.member.member_id in absent:
        return None
    terms = begun(order.terms, NOT_VERIFIED, now, calendar)
    new = replace(order, version=order.version + 1, checker_id=choice.member.member_id, terms=terms)
    return Moved(new, (replace(_rerouted(new, CHECKER, gone, choice), starts=((CHECKER, choice),)),))


def _rerouted(order: Order, role: str, gone: str, choice: Choice) -> Change:
    to = choice.member.member_id
    said = {"member_id": order.member_id, "role": role, "from_member_id": gone, "to_member_id": to, "why": ON_LEAVE}
    ends = ((role, "on_leave"),)
    return Change("rerouted", order, order.state, "rule", ON_LEAVE, said=said, ends=ends)


def _delegate(member_id: str | None, but: tuple[str, ...], roster: Roster) -> Choice | None:
    member = roster.member(member_id)
    if member is None or not member.on_duty or member.member_id in but:
        return None
    return Choice(member, member.role, STANDS_IN)
