"""What a case is about was corrected: its open order gets the limits that would have held, and the right handler."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from services.dispatch.domain.assignment import Choice
from services.dispatch.domain.calendar import Calendar
from services.dispatch.domain.clock import Clock
from services.dispatch.domain.escalation import NOT_RESOLVED, Step, Terms, redated
from services.dispatch.domain.order import HANDLER, SUSPENDED, Change, Moved, Order, hand_over, resumed
from services.dispatch.domain.words import both


def correct(
    order: Order,
    level: str,
    grid_id: str | None,
    fresh: Terms,
    choice: Choice | None,
    why: str,
    calendar: Calendar,
    now: dt.datetime,
) -> Moved:
    """The order after a correction. `fresh` are the terms that it would have started with; `choice` is who gets it now,
    where it lies with somebody else; for them the clock goes on if it stands still. What waits for its check stays with
    whoever has done it."""
    if choice and order.state == SUSPENDED:
        goes_on = resumed(order, "desk", why, now, calendar)
        moved = correct(goes_on.order, level, grid_id, fresh, choice, why, calendar, now)
        return Moved(moved.order, (*goes_on.changes, *moved.changes))
    terms = redated(refitted(order.terms, fresh), order.started_at, order.clock, calendar)
    offer = order.offer.within(terms.due_at) if order.offer else None
    new = replace(order, version=order.version + 1, level=level, grid_id=grid_id, terms=terms, due_at=terms.due_at)
    new = replace(new, offer=offer)
    said = {"member_id": order.member_id, "why": why, "moved": choice is not None}
    ends = ((HANDLER, "corrected"),) if choice and order.member_id else ()
    corrected = Change("corrected", new, order.state, "desk", why, said=said, ends=ends)
    if choice is None:
        return Moved(new, (corrected,))
    moved = hand_over(new, choice, now, calendar)
    return Moved(moved.order, (corrected, *moved.changes))


def redate(order: Order, clock: Clock, calendar: Calendar) -> Moved | None:
    """The order by another calendar; None when that makes no difference. `clock` as the journal tells it."""
    terms = redated(order.terms, order.started_at, clock, calendar)
    if terms == order.terms:
        return None
    why = both("工作日历已变更", "the town's calendar has changed")
    new = replace(order, version=order.version + 1, clock=clock, terms=terms, due_at=terms.due_at)
    said = {"member_id": order.member_id, "was": order.due_at.isoformat() if order.due_at else None, "why": why}
    return Moved(new, (Change("redated", new, order.state, "rule", why, said=said),))


def refitted(old: Terms, fresh: Terms) -> Terms:
    """The limit for resolving as if it had held from the start: steps that came stay come, the others move with it. The
    clock for taking the order on runs on as it was; a new handler begins with the new limit."""
    came = {step.step: step for step in old.ladder if step.fired_at}
    kept = [step for step in old.ladder if step.when != NOT_RESOLVED]
    resolving = [
        replace(step, fired_at=before.fired_at, came=before.came) if (before := came.get(step.step)) else step
        for step in fresh.ladder
        if step.when == NOT_RESOLVED
    ]
    ladder: list[Step] = sorted([*kept, *resolving], key=lambda step: step.step)
    return replace(fresh, ack_due_at=old.ack_due_at, ladder=tuple(ladder))
