"""What is awaited of others about an open order: help by other units (协办), decisions about what its handler wants.
Whoever owes it is reminded, and when it is late it goes one level up; by the rules that were copied onto it when it was
asked for. Each reminder comes once, never early, and in quiet hours only where the order's own may.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from services.dispatch.domain.assignment import Choice, Roster
from services.dispatch.domain.awaited_data import ABOVE, ASKED, ASSIST, REQUEST, Awaited
from services.dispatch.domain.calendar import Calendar
from services.dispatch.domain.deciding import Circumstances
from services.dispatch.domain.limits import after, forward, passed, postponed
from services.dispatch.domain.order import Change, Moved, Order
from services.dispatch.domain.parts import SUSPEND, Assist, Nudge, Request
from services.dispatch.domain.posts import LEADER
from services.dispatch.domain.words import both

Owed = Request | Assist


def watched_request(awaited: Awaited, order: Order, asked: Request, calendar: Calendar) -> Request:
    """The request with its reminders: shares of the time for deciding that the order's level gives."""
    limit = awaited.decide.get(order.level)
    if limit is None:
        return asked
    made = [
        replace(nudge, at=after(calendar, asked.asked_at, limit.share(nudge.share))) for nudge in awaited.of(REQUEST)
    ]
    return replace(asked, watch=_awake(made, order, calendar))


def watched_assist(awaited: Awaited, order: Order, asked: Assist, calendar: Calendar) -> Assist:
    """The assist with its reminders: shares of the time until it is due, on the clock of the order's own limit."""
    if asked.due_at is None:
        return asked
    unit = order.terms.resolve.unit if order.terms.resolve else "minute"
    whole = passed(calendar, asked.asked_at, asked.due_at, unit)
    made = []
    for nudge in awaited.of(ASSIST):
        since, share = (asked.due_at, nudge.share - 1) if nudge.share >= 1 else (asked.asked_at, nudge.share)
        made.append(replace(nudge, at=forward(calendar, since, unit, whole * share)))
    return replace(asked, watch=_awake(made, order, calendar))


def _awake(nudges: list[Nudge], order: Order, calendar: Calendar) -> tuple[Nudge, ...]:
    later = [replace(n, at=after(calendar, n.at, n.later)) if n.at and n.later else n for n in nudges]
    return tuple(replace(n, at=postponed(n.at, order.terms.quiet, calendar.zone)) if n.at else n for n in later)


def remind(order: Order, around: Circumstances) -> Moved | None:
    """The order after the reminder that is due next; None when none is due."""
    part = order.awaited
    nudge = part.nudge if part else None
    if part is None or nudge is None or nudge.at is None or nudge.at > around.now:
        return None
    choice = _next_up(part, nudge, around.roster)
    watch = tuple(replace(n, fired_at=around.now) if n.number == nudge.number else n for n in part.watch)
    new_part = replace(part, watch=watch)
    if choice:
        new_part = new_part.passed_to(choice.member.member_id)
    return Moved(*_reminded(order, part, new_part, _why(part, nudge)))


def _reminded(order: Order, part: Owed, new_part: Owed, why: str) -> tuple[Order, tuple[Change]]:
    version = order.version + 1
    if isinstance(new_part, Request):
        new = replace(order, version=version, request=new_part)
    else:
        assists = tuple(new_part if one.number == new_part.number else one for one in order.assists)
        new = replace(order, version=version, assists=assists)
    said: dict[str, Any] = {
        "member_id": order.member_id,
        "from_member_id": part.owed_by,
        "to_member_id": new_part.owed_by,
    }
    said |= {"about": part.kind if isinstance(part, Request) else ASSIST, "part": part.number, "why": why}
    change = Change("awaited", new, order.state, "rule", why, said=said)
    if isinstance(new_part, Request):
        return new, (replace(change, requests=(new_part,)),)
    return new, (replace(change, assists=(new_part,)),)


def _next_up(part: Owed, nudge: Nudge, roster: Roster) -> Choice | None:
    """Whom it goes to: who leads the unit that assists, or the desk; never whoever has asked. None: it stays."""
    if nudge.to == ASKED:
        return None
    owing = roster.member(part.owed_by)
    leads = nudge.to == ABOVE and isinstance(part, Assist) and (owing is None or owing.role != LEADER)
    choice = roster.leads(part.unit, (part.owed_by, part.asked_by)) if leads and isinstance(part, Assist) else None
    if choice is None and not roster.is_at_desk(part.owed_by):
        choice = roster.desk(part.asked_by)
    return choice


def _why(part: Owed, nudge: Nudge) -> str:
    late_zh, late_en = (f",又过 {nudge.later.zh}", f" and {nudge.later.en} more") if nudge.later else ("", "")
    share = f"{nudge.share:.0%}"
    if isinstance(part, Assist):
        zh, en = f"{part.unit} 协办未完成:{part.task}", f"{part.unit} has not helped yet: {part.task}"
    else:
        what = ("挂起", "a suspension") if part.kind == SUSPEND else ("延期", "an extension")
        zh, en = f"{what[0]}申请尚未审批", f"{what[1]} is asked for and not decided"
    return both(f"{zh};时限已过 {share}{late_zh}", f"{en}; {share} of the time{late_en} have passed")
