"""Callback's unit of work: the only place that writes callback's tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from services.callback.domain.calendar import Calendar
from services.callback.domain.follow_up import Rules
from shared.db.queries import Queries
from shared.outbox.unit_of_work import UnitOfWork, to_json

Row = dict[str, Any]
SQL = Queries(Path(__file__).parent / "sql" / "queries.sql")
# until a town was loaded; /readyz says that the calendar is missing
EVERY_WEEKDAY = {"time_zone": "Asia/Shanghai", "working_weekdays": [1, 2, 3, 4, 5], "holidays": [], "working_days": []}


class Work(UnitOfWork):
    """One transaction of callback."""

    # gather

    def calendar(self) -> Calendar:
        row = self.one(SQL.calendar)
        return Calendar.of(row[0] if row else EVERY_WEEKDAY)

    def asking(self) -> Rules:
        """The rules of asking that are in force."""
        return Rules.of(self.rules())

    def lock_cases(self, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        return {row["id"]: row for row in self.dicts(SQL.lock_cases, ids=list(ids))}

    def known_rounds(self, ids: Sequence[str]) -> set[tuple[str, int]]:
        return set(self.all(SQL.known_rounds, ids=list(ids)))

    def lock_follow_up(self, follow_up_id: str) -> dict[str, Any] | None:
        found = self.dicts(SQL.lock_follow_up, id=follow_up_id)
        return found[0] if found else None

    def lock_expired(self, limit: int) -> list[dict[str, Any]]:
        return self.dicts(SQL.lock_expired, limit=limit)

    def lock_open(self, case_ids: Sequence[str]) -> list[dict[str, Any]]:
        """Open follow-ups of locked cases."""
        return self.dicts(SQL.lock_open, ids=list(case_ids)) if case_ids else []

    def early_answers(self, case_ids: Sequence[str]) -> dict[tuple[str, int], dict[str, Any]]:
        """What reporters of locked cases said before the check, by case and round."""
        rows = self.dicts(SQL.early_answers, ids=list(case_ids)) if case_ids else []
        return {(row["case_id"], row["round"]): row for row in rows}

    # record

    def keep_early_answers(self, rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            self.run(SQL.keep_early_answers, rows=to_json(rows))

    def forget_reporters(self, case_ids: Sequence[str]) -> None:
        self.run(SQL.forget_reporters, ids=list(case_ids))

    def add_calendar(self, calendar: dict[str, Any]) -> None:
        self.run(SQL.add_calendar, calendar=to_json(calendar))

    def add_cases(self, rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            self.run(SQL.add_cases, rows=to_json(rows))

    def add_follow_ups(self, rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            self.run(SQL.add_follow_ups, rows=to_json(rows))

    def end_follow_ups(self, rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            self.run(SQL.end_follow_ups, rows=to_json(rows))

    def describe_cases(self, rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            self.run(SQL.describe_cases, rows=to_json(rows))

    def drop_follow_ups(self, rows: Sequence[dict[str, Any]]) -> None:
        """Nobody is asked about these rounds of their cases, which are locked."""
        if rows:
            self.run(SQL.drop_rounds, rows=to_json(rows))
            self.run(SQL.drop_follow_ups, rows=to_json(rows))

    def count_said(self, said: dict[str, int]) -> None:
        if said:
            self.run(SQL.count_said, rows=to_json([{"id": i, "said": n} for i, n in said.items()]))

    def add_attempt(self, follow_up_id: str, at: dt.datetime, who: str, reached: bool, note: str) -> int:
        """How many attempts there are now."""
        self.run(SQL.add_attempt, id=follow_up_id, at=at, who=who, reached=reached, note=note)
        return self.one(SQL.count_attempt, id=follow_up_id)[0]


OpenWork = Callable[[], AbstractContextManager[Work]]
