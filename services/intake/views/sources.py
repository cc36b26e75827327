"""How sources fare."""

from __future__ import annotations

from typing import Any

from services.intake.store import SQL
from shared.outbox.unit_of_work import UnitOfWork


def reconciliation(work: UnitOfWork, source: str) -> dict[str, Any] | None:
    """What became of the reports of one source; None for one that is not there."""
    known = any(row[0] == source for row in work.all(SQL.sources))
    return work.dicts(SQL.reconciliation, source=source)[0] if known else None
