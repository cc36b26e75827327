"""Imports of tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.intake.store.base import SQL
from shared.outbox.unit_of_work import UnitOfWork, to_json


class ImportRows(UnitOfWork):
    """How far each import has come, and what became of each row."""

    def import_at_work(self, source: str, digest: str) -> tuple[str, int] | None:
        """Id, and how many rows are done."""
        return self.one(SQL.import_at_work, source=source, digest=digest)

    def go_on(self, row: dict[str, Any], before: int, done: int) -> bool:
        """Whether this import was `before` rows far, and is `done` rows far now."""
        return self.count(SQL.go_on, **row, before=before, done=done, now=self.now()) == 1

    def add_import_rows(self, import_id: str, rows: Sequence[dict[str, Any]]) -> None:
        self.run(SQL.add_import_rows, id=import_id, rows=to_json(rows))

    def end_import(self, import_id: str, state: str, problem: str) -> None:
        self.run(SQL.end_import, id=import_id, state=state, problem=problem)
