"""Work orders for readers."""

from __future__ import annotations

from typing import Any

from services.dispatch.domain.access import Matter, Scope
from services.dispatch.store import SQL
from shared.outbox.unit_of_work import UnitOfWork


def orders(work: UnitOfWork, state: str | None, member: str | None, reach: Scope, limit: int) -> list[dict[str, Any]]:
    """Work orders as far as somebody's rights reach, the most urgent first."""
    return work.dicts(SQL.orders, state=state, member=member, limit=limit, **reach._asdict())


def matter_of_order(work: UnitOfWork, order_id: str) -> Matter | None:
    """What rights to an order are held against, or None."""
    row = work.one(SQL.matter_of_order, id=order_id)
    return Matter(*row) if row else None


def areas_of_member(work: UnitOfWork, member: str) -> list[str]:
    """The unit that a member works in and all that it lies in."""
    return [area for (area,) in work.all(SQL.areas_of_member, member=member)]


def areas_around(work: UnitOfWork, area: str) -> list[str]:
    """An area and all that it lies in."""
    return [around for (around,) in work.all(SQL.areas_around_area, area=area)]


def requests(work: UnitOfWork, state: str | None, member: str | None, limit: int) -> list[dict[str, Any]]:
    """What handlers asked for, the oldest first."""
    return work.dicts(SQL.requests, state=state, member=member, limit=limit)


def assists(work: UnitOfWork, state: str | None, member: str | None, limit: int) -> list[dict[str, Any]]:
    """What units assist with, the most urgent first."""
    return work.dicts(SQL.assists, state=state, member=member, limit=limit)


def order_by_id(work: UnitOfWork, order_id: str) -> dict[str, Any] | None:
    """A work order with its journal and its assignments, or None."""
    found = work.dicts(SQL.order_by_id, id=order_id)
    if not found:
        return None
    return found[0] | {
        "journal": work.dicts(SQL.journal_of_order, id=order_id),
        "assignments": work.dicts(SQL.assignments_of_order, id=order_id),
        "requests": work.dicts(SQL.requests_of_order, id=order_id),
        "assists": work.dicts(SQL.assists_of_order, id=order_id),
        "visits": work.dicts(SQL.visits_of_order, id=order_id),
    }


def assignments_of_case(work: UnitOfWork, number: str) -> list[dict[str, Any]]:
    """Who has had the work of a case, and why; a row without a member for an order that nobody has had yet."""
    return work.dicts(SQL.assignments_of_case, number=number)
