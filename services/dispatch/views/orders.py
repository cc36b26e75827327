"""Work orders for readers."""

from __future__ import annotations

from typing import Any

from services.dispatch.store import SQL
from shared.outbox.unit_of_work import UnitOfWork


def orders(work: UnitOfWork, state: str | None, member: str | None, limit: int) -> list[dict[str, Any]]:
    """Work orders, the most urgent first."""
    return work.dicts(SQL.orders, state=state, member=member, limit=limit)


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
    }
