"""Copies of cases, and which of them are one matter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from services.callback.store.base import SQL, Row, Rows
from shared.outbox.unit_of_work import to_json


class CaseRows(Rows):
    """Cases."""

    def lock_cases(self, ids: Sequence[str]) -> dict[str, Row]:
        return {row["id"]: row for row in self.dicts(SQL.lock_cases, ids=list(ids))}

    def merged_into(self, numbers: Sequence[str]) -> dict[str, list[Row]]:
        """The cases (number, reachable) that are handled together with each of these, in the order of their merging."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.dicts(SQL.merged_into, numbers=list(numbers)) if numbers else []:
            found[row["root"]].append(row)
        return found

    def matters_of(self, ids: Sequence[str]) -> set[tuple[str, str]]:
        """(case, case as which it is handled): itself, and what it was merged into."""
        return set(self.all(SQL.matters_of, ids=list(ids))) if ids else set()

    def add_cases(self, rows: Sequence[Row]) -> None:
        self.write(SQL.add_cases, rows)

    def describe_cases(self, rows: Sequence[Row]) -> None:
        self.write(SQL.describe_cases, rows)

    def add_merged(self, rows: Sequence[Row]) -> None:
        self.write(SQL.add_merged, rows)

    def take_apart(self, rows: Sequence[Row]) -> None:
        """These cases (case_id, sequence) stand for themselves again."""
        self.write(SQL.take_apart, rows)

    def forget_reporters(self, case_ids: Sequence[str]) -> None:
        self.run(SQL.forget_reporters, ids=list(case_ids))

    def note_handlers(self, rows: Sequence[Row]) -> None:
        """Members (handlers) of cases (id) who cannot ask about them."""
        self.write(SQL.note_handlers, rows)

    def count_said(self, said: dict[str, int]) -> None:
        if said:
            self.run(SQL.count_said, rows=to_json([{"id": i, "said": n} for i, n in said.items()]))
