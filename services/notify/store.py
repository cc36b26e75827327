"""Notify's unit of work: the only place that writes notify's tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from shared.db.queries import Queries
from shared.outbox.unit_of_work import UnitOfWork, to_json

SQL = Queries(Path(__file__).parent / "sql" / "queries.sql")
Row = dict[str, Any]


class Work(UnitOfWork):
    """One transaction of notify."""

    # gather

    def notices_after(self, member: str, after: int, limit: int) -> list[Row]:
        return self.dicts(SQL.notices_after, member=member, after=after, limit=limit)

    def delivered_before(self, ids: Sequence[str]) -> list[Row]:
        return self.dicts(SQL.delivered_before, ids=list(ids)) if ids else []

    def lock_threads(self, rows: Sequence[Row]) -> None:
        self.all(SQL.lock_threads, rows=_threads(rows))

    # record

    def put_members(self, rows: Sequence[Row]) -> None:
        self.run(SQL.put_members, rows=to_json(rows))

    def count_notices(self, more: dict[str, int]) -> dict[str, int]:
        """The last number of each member, after so many more notices."""
        rows = to_json([{"member_id": member, "more": count} for member, count in more.items()])
        return dict(self.all(SQL.count_notices, rows=rows)) if more else {}

    def add_notices(self, rows: Sequence[Row]) -> None:
        if rows:
            self.run(SQL.add_notices, rows=to_json(rows))

    def add_feedback(self, rows: Sequence[Row]) -> None:
        if rows:
            self.run(SQL.add_feedback, rows=to_json(rows))

    def release_feedback(self, threads: Sequence[Row]) -> list[Row]:
        """What may go out now in these threads, which must be locked."""
        return self.dicts(SQL.release_feedback, rows=_threads(threads)) if threads else []

    def add_deliveries(self, rows: Sequence[Row]) -> None:
        if rows:
            self.run(SQL.add_deliveries, rows=to_json(rows))

    def settle_deliveries(self, outcomes: Sequence[Row]) -> list[Row]:
        return self.dicts(SQL.settle_deliveries, rows=to_json(outcomes))

    def settle_feedback(self, ids: Sequence[str]) -> list[Row]:
        """The threads of feedback that was delivered."""
        return self.dicts(SQL.settle_feedback, ids=list(ids)) if ids else []


OpenWork = Callable[[], AbstractContextManager[Work]]


def _threads(rows: Sequence[Row]) -> str:
    return to_json([{"source": row["source"], "thread": row["thread"]} for row in rows])
