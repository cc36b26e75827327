"""What the desk decides about cases, and cases that are off the line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from services.intake.store.base import SQL
from shared.outbox.unit_of_work import UnitOfWork, to_json

Row = dict[str, Any]


class LifeRows(UnitOfWork):
    """Away: awaiting information, with another platform, or merged into another case."""

    def desk_case(self, case_id: str) -> Row:
        """A case with everything that a decision needs; lock it first."""
        return self.dicts(SQL.desk_case, id=case_id)[0]

    def case_ids(self, *numbers: str) -> dict[str, Row]:
        return {row["number"]: row for row in self.dicts(SQL.case_ids, numbers=list(numbers))}

    def share_open_roots(self, ids: Sequence[str]) -> dict[str, Row]:
        """By each of these case ids: the open case that another can be merged into; without those that have ended."""
        rows = self.dicts(SQL.share_open_roots, ids=sorted(set(ids))) if ids else []
        return {row["wanted"]: row for row in rows}

    def rewrite_case(self, row: Row) -> None:
        self.run(SQL.rewrite_case, row=to_json(row))

    def put_away(self, rows: Sequence[Row]) -> None:
        if rows:
            self.run(SQL.put_away, rows=to_json(rows))

    def end_away(self, case_id: str) -> None:
        self.run(SQL.end_away, id=case_id)

    def move_merged(self, case_id: str, root: str) -> None:
        self.run(SQL.move_merged, case=case_id, root=root)

    def note_withdrawn(self, ids: Sequence[str]) -> None:
        if ids:
            self.run(SQL.note_withdrawn, ids=list(ids))

    def lock_waited_out(self, limit: int) -> list[Row]:
        return self.dicts(SQL.lock_waited_out, limit=limit)

    def add_addition(self, row: Row) -> None:
        self.run(SQL.add_addition, row=to_json(row))

    def stage_times(self, ids: Sequence[str]) -> dict[str, dict[str, dt.datetime]]:
        """By case: when it first reached each of its stages."""
        found: dict[str, dict[str, dt.datetime]] = {}
        for case_id, state, at in self.all(SQL.stage_times, ids=list(ids)) if ids else []:
            found.setdefault(case_id, {})[state] = at
        return found

    def reports_to_tell(self, ids: Sequence[str]) -> dict[str, list[Row]]:
        """By case: the reports that hear its progress."""
        found: dict[str, list[Row]] = {}
        for row in self.dicts(SQL.reports_to_tell, ids=list(ids)) if ids else []:
            found.setdefault(row["root"], []).append(row)
        return found
