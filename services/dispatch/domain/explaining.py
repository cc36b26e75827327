"""How a deadline comes about, in words that can be held against the rules."""

from __future__ import annotations

import datetime as dt

from services.dispatch.domain.calendar import Calendar
from services.dispatch.domain.clock import Clock
from services.dispatch.domain.order import Order
from services.dispatch.domain.words import both


def explained(order: Order, clock: Clock, calendar: Calendar) -> list[str]:
    """The limit and its reason, the start, every pause and extension, what was due before each, and what is due now."""
    limit = order.terms.resolve
    if limit is None:
        return [both("该工单没有时限", "the order has no deadline")]

    def town(moment: dt.datetime) -> str:
        return moment.astimezone(calendar.zone).strftime("%Y-%m-%d %H:%M:%S")

    first = Clock().due(calendar, order.started_at, limit)
    lines = [
        both(f"时限 {limit.zh}({order.terms.because})", f"limit {limit.en} ({order.terms.because})"),
        both(f"派单起算 {town(order.started_at)}", f"dispatched at {town(order.started_at)}: the clock starts"),
        both(f"原定 {town(first)}", f"due at first: {town(first)}"),
    ]
    for pause in clock.pauses:
        since, until = map(town, pause)
        lines.append(both(f"挂起 {since} 至 {until}", f"stood still from {since} until {until}"))
    for wait in clock.waits:
        since, until = map(town, wait)
        lines.append(both(f"等候预约 {since} 至 {until}", f"waited for the appointment from {since} until {until}"))
    for extension in clock.extensions:
        was, until = map(town, extension)
        lines.append(both(f"延期 {was} 改为 {until}", f"extended from {was} until {until}"))
    due = clock.due(calendar, order.started_at, limit)
    return [*lines, both(f"现定 {town(due)}", f"due now: {town(due)}")]
