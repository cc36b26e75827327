"""A new work order: its clock starts when it is dispatched, not when somebody takes it on."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from services.dispatch.domain.assignment import Choice
from services.dispatch.domain.escalation import Terms
from services.dispatch.domain.order import DISPATCHED, NOBODY, POOLED, Moved, Order, given_to


def start(
    case: dict[str, Any],
    order_id: str,
    round_: int,
    choice: Choice,
    terms: Terms,
    now: dt.datetime,
    settled: bool = False,
) -> Moved:
    """A new work order; its clock starts now, when it is dispatched. `settled`: the handler has done it on the spot."""
    member = choice.member
    order = _new(case, order_id, round_, terms, now, DISPATCHED, member.member_id, member.unit, terms.ack_due_at)
    return Moved(order, (given_to(order, None, choice, settled),))


def not_to(moved: Moved, member_id: str) -> Moved:
    """A new order, of which the member who has handled the round before hears that somebody else gets it."""
    first, *rest = moved.changes
    return Moved(moved.order, (replace(first, said=first.said | {"from_member_id": member_id or None}), *rest))


def unassigned(case: dict[str, Any], order_id: str, round_: int, terms: Terms, now: dt.datetime) -> Order:
    """An order that nobody has yet."""
    return _new(case, order_id, round_, terms, now, POOLED, NOBODY, case["grid_id"] or "", None)


def _new(
    case: dict[str, Any],
    order_id: str,
    round_: int,
    terms: Terms,
    now: dt.datetime,
    state: str,
    member_id: str,
    unit: str,
    ack_due_at: dt.datetime | None,
) -> Order:
    return Order(
        order_id,
        case["id"],
        case["number"],
        round_,
        case["level"],
        case["grid_id"],
        state,
        1,
        member_id,
        unit,
        None,
        now,
        ack_due_at,
        terms.due_at,
        terms,
        kind=case["kind"],
        category=case["category"],
        lon=case["lon"],
        lat=case["lat"],
        service=case.get("service"),
    )
