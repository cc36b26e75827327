"""A step of the ladder comes: who hears it, who gets the order or its check, which colour it shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from services.dispatch.domain.assignment import CHECKER as TO_CHECKER
from services.dispatch.domain.assignment import WORKER, Choice, Roster
from services.dispatch.domain.calendar import Calendar
from services.dispatch.domain.escalation import ESCALATE, NOT_ACKNOWLEDGED, NOT_VERIFIED, REMIND, Step, restarted
from services.dispatch.domain.limits import Quiet, postponed
from services.dispatch.domain.order import CHECKER, HANDLER, Change, Moved, Order, coloured, hand_over, noted
from services.dispatch.domain.words import both

WATCHES = {
    "not_acknowledged": ("签收", "acknowledged"),
    "not_resolved": ("办结", "resolved"),
    "not_verified": ("核查", "checked"),
}


def take_step(
    order: Order, step: Step, roster: Roster, calendar: Calendar, now: dt.datetime, areas: Sequence[str] = ()
) -> Moved:
    """The order after the step. `escalate` gives it, or its check, to somebody above; without anybody there, and for
    every other measure, it stays where it is and the one whom the step names hears of it. `areas`: the order's area and
    those that it lies in, from the inside outwards."""
    to = _named(step.to, order, step, roster, areas)
    above = to if isinstance(to, Choice) else None
    escalated = _escalated(order, step, to, roster, calendar, now, areas)
    if step.measure != ESCALATE or above is None:
        return Moved(escalated.order, (escalated,))
    if step.when == NOT_VERIFIED:
        return _checked_by(above, escalated, step.share, calendar, now)
    share = step.share if step.when == NOT_ACKNOWLEDGED else 0.0
    moved = hand_over(escalated.order, above, now, calendar, share)
    return Moved(moved.order, (replace(escalated, ends=((HANDLER, "escalated"),)), *moved.changes))


def lifted(order: Order, above: Choice, why: str, now: dt.datetime, calendar: Calendar) -> Moved:
    """The order goes one level up, because its case has become a problem: no step of the ladder, and no colour."""
    new = replace(noted(order, now), version=order.version + 1)
    to = above.member.member_id
    said = {"member_id": order.member_id, "step": 0, "measure": ESCALATE, "why": why, "supervision": new.supervision}
    said |= {"from_member_id": order.member_id, "to_member_id": to, "unit": order.unit}
    change = Change("escalated", new, order.state, "rule", why, said=said, ends=((HANDLER, "escalated"),))
    moved = hand_over(new, above, now, calendar)
    return Moved(moved.order, (change, *moved.changes))


def silent_until(quiet: Quiet | None, now: dt.datetime, calendar: Calendar) -> dt.datetime | None:
    """When the quiet hours end in which nobody is bothered now; None outside of them. A step that could not come in its
    own time, because nothing ran, waits for the morning like any other."""
    until = postponed(now, quiet, calendar.zone)
    return until if until > now else None


def _named(level: str | None, order: Order, step: Step, roster: Roster, areas: Sequence[str]) -> Choice | str | None:
    """Whom a step means: the handler or the checker by id, or somebody above the one who is watched, if anybody is."""
    if level in (None, WORKER, TO_CHECKER):
        return {WORKER: order.member_id, TO_CHECKER: order.checker_id}.get(level or "")
    but = (order.member_id,) if step.when == NOT_VERIFIED else order.returned_by
    return roster.above(_watched(order, step), areas or [a for a in (order.grid_id,) if a], level or "", but)


def _watched(order: Order, step: Step) -> str:
    """Who has not acted."""
    return (order.checker_id if step.when == NOT_VERIFIED else None) or order.member_id


def _id(named: Choice | str | None) -> str | None:
    return named.member.member_id if isinstance(named, Choice) else named


def _checked_by(above: Choice, escalated: Change, share: float, calendar: Calendar, now: dt.datetime) -> Moved:
    """Somebody above checks it, and has the time that the ladder gives."""
    terms = restarted(escalated.order.terms, now, calendar, share, NOT_VERIFIED)
    new = replace(escalated.order, checker_id=above.member.member_id, terms=terms)
    return Moved(new, (replace(escalated, order=new, starts=((CHECKER, above),), ends=((CHECKER, "escalated"),)),))


def _escalated(
    order: Order,
    step: Step,
    to: Choice | str | None,
    roster: Roster,
    calendar: Calendar,
    now: dt.datetime,
    areas: Sequence[str],
) -> Change:
    terms = order.terms.fired(step, now, calendar, order.clock)
    new = replace(coloured(noted(order, now), step.colour), version=order.version + 1, terms=terms)
    watched, why = _watched(order, step), _why(order, step)
    hears = _id(to) or watched
    copy = _id(_named(step.copy, order, step, roster, areas)) if step.copy else None
    said: dict[str, Any] = {
        "member_id": order.member_id,
        "step": step.step,
        "measure": REMIND if step.measure == ESCALATE and not isinstance(to, Choice) else step.measure,
        "why": why,
        "from_member_id": watched,
        "to_member_id": hears,
        "supervision": new.supervision,
        "unit": _unit(watched, order, roster),
    }
    more = {
        "copy_to_member_id": copy if copy != hears else None,
        "role": CHECKER if step.when == NOT_VERIFIED else None,
        "nth": step.came + 1 if step.every else None,
        "points": step.points,
    }
    said |= {name: value for name, value in more.items() if value}
    return Change("escalated", new, order.state, "rule", why, said=said)


def _unit(watched: str, order: Order, roster: Roster) -> str:
    """Whose the lapse is."""
    member = roster.member(watched) if watched != order.member_id else None
    return member.unit if member else order.unit


def _why(order: Order, step: Step) -> str:
    limit = order.terms.limit(step.when)
    zh, en = WATCHES[step.when]
    passed = f"{step.share:.0%}"
    late_zh, late_en = (f",又过 {step.later.zh}", f" and {step.later.en} more") if step.later else ("", "")
    of_zh, of_en = (limit.zh, limit.en) if limit else ("", "")
    nth_zh, nth_en = (f"(第 {step.came + 1} 次)", f" (no. {step.came + 1})") if step.every else ("", "")
    return both(
        f"时限 {of_zh} 已过 {passed}{late_zh},仍未{zh}{nth_zh}",
        f"not {en}: {passed} of {of_en}{late_en} have passed{nth_en}",
    )
