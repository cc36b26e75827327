"""What cases were understood by, and which may be the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from services.intake.store.base import SQL
from shared.outbox.unit_of_work import UnitOfWork, to_json

PAGE = 2000  # cases
FIRST = "00000000-0000-0000-0000-000000000000"


class UnderstandingRows(UnitOfWork):
    """Near cases, suggested duplicates, and the cases of a trial."""

    def near_cases(
        self, rows: Sequence[dict[str, Any]], since: dt.datetime, most: int
    ) -> dict[str, list[dict[str, Any]]]:
        """For each new case (id, class_code, cells, lon, lat) the nearest few of its class, registered since."""
        found: dict[str, list[dict[str, Any]]] = {}
        for row in self.dicts(SQL.near_cases, rows=to_json(rows), since=since, most=most) if rows else ():
            found.setdefault(row.pop("new_id"), []).append(row)
        return found

    def add_likely_duplicates(self, rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            self.run(SQL.add_likely_duplicates, rows=to_json(rows))

    def cases_to_try(self, since: dt.datetime) -> Iterator[dict[str, Any]]:
        """Every case registered since, read in pages: there may be a great many."""
        after, after_id = since, FIRST
        while page := self.dicts(SQL.cases_to_try, after=after, after_id=after_id, most=PAGE):
            yield from page
            after, after_id = page[-1]["registered_at"], page[-1]["id"]
