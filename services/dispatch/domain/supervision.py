"""A step of the ladder comes: who hears it, who gets the order, which colour it shows."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from services.dispatch.domain.assignment import WORKER, Choice, Roster
from services.dispatch.domain.calendar import Calendar
from services.dispatch.domain.escalation import ESCALATE, NOT_ACKNOWLEDGED, Step
from services.dispatch.domain.order import HANDLER, Change, Moved, Order, coloured, hand_over, noted
from services.dispatch.domain.words import both

WATCHES = {"not_acknowledged": ("签收", "acknowledged"), "not_resolved": ("办结", "resolved")}


def take_step(order: Order, step: Step, roster: Roster, calendar: Calendar, now: dt.datetime) -> Moved:
    """The order after the step. `escalate` gives it to somebody above the handler; without anybody there, and for every
    other measure, it stays where it is and the one whom the step names hears of it."""
    above = None if step.to == WORKER else roster.above(order.member_id, order.grid_id, step.to, order.returned_by)
    escalated = _escalated(order, step, above, now)
    if step.measure != ESCALATE or above is None:
        return Moved(escalated.order, (escalated,))
    share = step.share if step.when == NOT_ACKNOWLEDGED else 0.0
    moved = hand_over(escalated.order, above, now, calendar, share)
    return Moved(moved.order, (replace(escalated, ends=((HANDLER, "escalated"),)), *moved.changes))


def _escalated(order: Order, step: Step, above: Choice | None, now: dt.datetime) -> Change:
    new = replace(
        coloured(noted(order, now), step.colour), version=order.version + 1, terms=order.terms.fired(step, now)
    )
    to, why = above.member.member_id if above else order.member_id, _why(order, step)
    said = {
        "member_id": order.member_id,
        "step": step.step,
        "measure": step.measure,
        "why": why,
        "from_member_id": order.member_id,
        "to_member_id": to,
        "supervision": new.supervision,
    }
    return Change("escalated", new, order.state, "rule", why, said=said)


def _why(order: Order, step: Step) -> str:
    limit = order.terms.acknowledge if step.when == NOT_ACKNOWLEDGED else order.terms.resolve
    zh, en = WATCHES[step.when]
    passed = f"{step.share:.0%}"
    late_zh, late_en = (f",又过 {step.later.zh}", f" and {step.later.en} more") if step.later else ("", "")
    of_zh, of_en = (limit.zh, limit.en) if limit else ("", "")
    return both(f"时限 {of_zh} 已过 {passed}{late_zh},仍未{zh}", f"not {en}: {passed} of {of_en}{late_en} have passed")
