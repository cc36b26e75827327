"""What dispatch needs to know of a case; its row lock orders what is said about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from services.dispatch.store.base import SQL, Row, Rows


class CaseRows(Rows):
    """Cases."""

    def lock_cases(self, ids: Iterable[str]) -> dict[str, Row]:
        return {row["id"]: row for row in self.dicts(SQL.lock_cases, ids=sorted(set(ids)))}

    def lock_due_cases(self, limit: int) -> dict[str, Row]:
        return {row["id"]: row for row in self.dicts(SQL.lock_due_cases, limit=limit)}

    def lock_awaited_cases(self, limit: int) -> dict[str, Row]:
        return {row["id"]: row for row in self.dicts(SQL.lock_awaited_cases, limit=limit)}

    def find_cases(self, orders: Iterable[str], numbers: Iterable[str]) -> tuple[dict[str, str], dict[str, str]]:
        """Case ids by order id, and by number."""
        rows = self.all(SQL.find_cases, orders=sorted(set(orders)), numbers=sorted(set(numbers)))
        return {order: case for order, _, case in rows}, {number: case for _, number, case in rows}

    def add_cases(self, rows: Sequence[Row]) -> None:
        self.write(SQL.add_cases, rows)

    def describe_cases(self, rows: Sequence[Row]) -> None:
        self.write(SQL.describe_cases, rows)

    def count_said(self, rows: Sequence[Row]) -> None:
        self.write(SQL.count_said, [{"id": row["id"], "said": row["said"]} for row in rows])
