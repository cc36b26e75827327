"""Notify's named queries, and what its tables' modules share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from shared.db.queries import Queries
from shared.outbox.unit_of_work import UnitOfWork, to_json

SQL = Queries(*sorted((Path(__file__).parents[1] / "sql").glob("*.sql")))
Row = dict[str, Any]


class Rows(UnitOfWork):
    """Rows travel as one JSON parameter; no rows, no statement."""

    def write(self, query: str, rows: Sequence[Row]) -> None:
        if rows:
            self.run(query, rows=to_json(rows))
