"""Cases and their steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.intake.store.base import SQL
from shared.outbox.unit_of_work import UnitOfWork, to_json


class CaseRows(UnitOfWork):
    """The matter and its history (appended, never edited)."""

    def lock_cases(self, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        return {row["id"]: row for row in self.dicts(SQL.lock_cases, ids=list(ids))}

    def lock_case_by_number(self, number: str) -> dict[str, Any] | None:
        row = self.one(SQL.lock_case_by_number, number=number)
        return self.lock_cases([row[0]])[row[0]] if row else None

    def lies_within(self, number: str, area: str | None) -> bool:
        """Whether a case lies in an area; without one, wherever it lies."""
        return area is None or self.one(SQL.case_lies_within, number=number, area=area) is not None

    def whole_case(self, case_id: str) -> dict[str, Any]:
        return self.dicts(SQL.whole_case, id=case_id)[0]

    def case_numbers(self, count: int) -> list[str]:
        return [number for (number,) in self.all(SQL.case_numbers, count=count)] if count else []

    def add_cases(self, rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            self.run(SQL.add_cases, rows=to_json(rows))

    def move_cases(self, rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            self.run(SQL.move_cases, rows=to_json(rows))

    def add_history(self, rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            self.run(SQL.add_history, rows=to_json(rows))
