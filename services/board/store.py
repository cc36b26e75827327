"""The board's unit of work: the only place that writes the board's tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from shared.db.queries import Queries
from shared.outbox.unit_of_work import UnitOfWork, to_json

SQL = Queries(Path(__file__).parent / "sql" / "queries.sql")


class Work(UnitOfWork):
    """One transaction of the board."""

    def add_journal(self, rows: Sequence[dict[str, Any]]) -> set[tuple[str, str]]:
        """The (source, event id) of those that were new: the journal is the board's inbox, and is kept for good."""
        return set(self.all(SQL.add_journal, rows=to_json(rows))) if rows else set()

    def put_grids(self, rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            self.run(SQL.put_grids, rows=to_json(rows))

    def fold_cases(self, rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            self.run(SQL.fold_cases, rows=to_json(rows))


OpenWork = Callable[[], AbstractContextManager[Work]]
