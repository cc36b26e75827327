"""Intake's named queries, and what its tables' modules share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from shared.db.queries import Queries
from shared.outbox.unit_of_work import to_json

SQL = Queries(*sorted((Path(__file__).parents[1] / "sql").glob("*.sql")))

Key = tuple[str, str]  # source, external id


def pairs(keys: Sequence[Key]) -> str:
    """Keys as rows, each once, in an order that all transactions share."""
    return to_json([{"source": source, "external_id": external_id} for source, external_id in sorted(set(keys))])
