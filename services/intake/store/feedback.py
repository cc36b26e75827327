"""What sources were told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.intake.store.base import SQL, Key, pairs
from shared.outbox.unit_of_work import UnitOfWork, to_json


class FeedbackRows(UnitOfWork):
    """Feedback, numbered per (source, external id)."""

    def last_refusals(self, keys: Sequence[Key]) -> dict[Key, dict[str, Any]]:
        rows = self.dicts(SQL.last_refusals, rows=pairs(keys)) if keys else []
        return {(row["source"], row["external_id"]): row for row in rows if row["kind"] == "report_rejected"}

    def number_feedback(self, keys: Sequence[Key]) -> dict[Key, int]:
        rows = self.all(SQL.number_feedback, rows=pairs(keys)) if keys else []
        return {(source, external_id): said for source, external_id, said in rows}

    def add_feedback(self, rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            self.run(SQL.add_feedback, rows=to_json(rows))
