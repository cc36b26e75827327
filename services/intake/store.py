"""Intake's unit of work: the only place that writes intake's tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from services.intake.domain.places import Locator
from services.intake.domain.registration import Category, Source
from shared.db.queries import Queries
from shared.outbox.unit_of_work import UnitOfWork, to_json

SQL = Queries(Path(__file__).parent / "sql" / "queries.sql")


class Reference:
    """Grids and categories, kept in memory until one of them changes."""

    def __init__(self) -> None:
        self._grids_stamp = self._categories_stamp = ""
        self.locator = Locator([])
        self.catalogue: dict[str, Category] = {}

    def refresh(self, work: UnitOfWork) -> None:
        grids, categories = work.one(SQL.reference_stamp)
        if grids != self._grids_stamp:
            self.locator = Locator(work.all(SQL.leaf_grids))
            self._grids_stamp = grids
        if categories != self._categories_stamp:
            self.catalogue = {row[0]: Category(*row) for row in work.all(SQL.categories)}
            self._categories_stamp = categories


REFERENCE = Reference()


class Work(UnitOfWork):
    """One transaction of intake."""

    # gather

    def reference(self) -> Reference:
        REFERENCE.refresh(self)
        return REFERENCE

    def sources(self) -> dict[str, Source]:
        return {row[0]: Source(row[0], row[1], row[2], tuple(row[3]), row[4], row[5]) for row in self.all(SQL.sources)}

    def lock_cases(self, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        return {row["id"]: row for row in self.dicts(SQL.lock_cases, ids=list(ids))}

    def lock_case_by_number(self, number: str) -> dict[str, Any] | None:
        row = self.one(SQL.lock_case_by_number, number=number)
        return self.lock_cases([row[0]])[row[0]] if row else None

    def whole_case(self, case_id: str) -> dict[str, Any]:
        return self.dicts(SQL.whole_case, id=case_id)[0]

    def last_refusals(self, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], dict[str, Any]]:
        rows = self.dicts(SQL.last_refusals, rows=_pairs(keys)) if keys else []
        return {(row["source"], row["external_id"]): row for row in rows if row["kind"] == "report_rejected"}

    def all_categories(self) -> list[dict[str, Any]]:
        return self.dicts(SQL.all_categories)

    # record

    def add_reports(self, rows: Sequence[dict[str, Any]]) -> set[str]:
        """The ids of those that were new."""
        return {i for (i,) in self.all(SQL.add_reports, rows=to_json(rows))} if rows else set()

    def count_repeated(self, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], dict[str, Any]]:
        """The cases of reports that came again, with what their source was told first."""
        rows = self.dicts(SQL.repeated_reports, rows=_pairs(keys)) if keys else []
        return {(row["source"], row["external_id"]): row for row in rows}

    def case_numbers(self, count: int) -> list[str]:
        """`<day in the town>-<running number>`: unique, not gapless."""
        day = self.one("SELECT to_char(clock_timestamp() AT TIME ZONE 'Asia/Shanghai', 'YYYYMMDD')")[0]
        return [f"{day}-{n:06d}" for (n,) in self.all(SQL.case_numbers, count=count)] if count else []

    def add_cases(self, rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            self.run(SQL.add_cases, rows=to_json(rows))

    def move_cases(self, rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            self.run(SQL.move_cases, rows=to_json(rows))

    def add_history(self, rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            self.run(SQL.add_history, rows=to_json(rows))

    def number_feedback(self, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
        rows = self.all(SQL.number_feedback, rows=_pairs(keys)) if keys else []
        return {(source, external_id): said for source, external_id, said in rows}

    def add_feedback(self, rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            self.run(SQL.add_feedback, rows=to_json(rows))

    def put_grids(self, rows: Sequence[dict[str, Any]]) -> None:
        self.run(SQL.put_grids, rows=to_json(rows))

    def put_members(self, rows: Sequence[dict[str, Any]]) -> None:
        self.run(SQL.put_members, rows=to_json(rows))

    def put_sources(self, rows: Sequence[dict[str, Any]]) -> None:
        self.run(SQL.put_sources, rows=to_json(rows))

    def put_categories(self, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Those that are new or have changed."""
        return self.dicts(SQL.put_categories, rows=to_json(rows))


OpenWork = Callable[[], AbstractContextManager[Work]]


def _pairs(keys: Sequence[tuple[str, str]]) -> str:
    return to_json([{"source": source, "external_id": external_id} for source, external_id in sorted(set(keys))])
