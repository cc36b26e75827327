"""What sources told us."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.intake.store.base import SQL, Key, pairs
from shared.outbox.unit_of_work import UnitOfWork, to_json


class ReportRows(UnitOfWork):
    """Reports; (source, external id) is the same report for ever."""

    def add_reports(self, rows: Sequence[dict[str, Any]]) -> set[str]:
        """The ids of those that were new."""
        return {i for (i,) in self.all(SQL.add_reports, rows=to_json(rows))} if rows else set()

    def count_repeated(self, keys: Sequence[Key]) -> dict[Key, dict[str, Any]]:
        """The cases of reports that came again, with what their source was told first."""
        rows = self.dicts(SQL.repeated_reports, rows=pairs(keys)) if keys else []
        return {(row["source"], row["external_id"]): row for row in rows}
