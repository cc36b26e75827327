"""The grid of an open order was split or merged, or its handler has left: where it goes, and who has it then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import replace

from services.dispatch.domain.assignment import Roster
from services.dispatch.domain.calendar import Calendar
from services.dispatch.domain.correction import correct
from services.dispatch.domain.order import Moved, Order
from services.dispatch.domain.words import both


def relocate(
    order: Order,
    grid_id: str | None,
    before: str | None,
    beside: Collection[str],
    roster: Roster,
    calendar: Calendar,
    now: dt.datetime,
) -> Moved:
    """The order in the grid where its case lies now. Its handler keeps it, unless they have left or work in another
    of the grids that have taken the place of the old one (`beside`). Its limits stay."""
    handler = roster.member(order.member_id)
    leaves = handler is None or (handler.unit in beside and handler.unit != grid_id)
    choice = roster.handler(replace(order.matter, grid_id=grid_id), but=order.returned_by) if leaves else None
    if choice is None and grid_id == before:
        return Moved(order, ())
    why = both(f"网格调整:{before} → {grid_id}", f"the grid {before} is now {grid_id}")
    if grid_id == before:
        why = both(f"{order.member_id} 已离岗", f"{order.member_id} has left")
    unit = handler.unit if handler and not leaves else order.unit
    return correct(replace(order, unit=unit), order.level, grid_id, order.terms, choice, why, calendar, now)
