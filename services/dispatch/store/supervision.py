"""What counts, what follows from it, and the audit of next steps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.dispatch.store.base import SQL, Row, Rows
from shared.outbox.unit_of_work import to_json


class SupervisionRows(Rows):
    """Supervision. One replica judges at a time, and one audits."""

    def put_off(self, until: Mapping[str, dt.datetime]) -> None:
        """The next step of these orders waits until then."""
        self.write(SQL.put_off, [{"id": order, "next_step_at": at} for order, at in until.items()])

    def add_marks(self, rows: Sequence[Row]) -> None:
        self.write(SQL.add_marks, rows)

    def note_units(self, red: Iterable[str], good: Iterable[str]) -> None:
        """Units that have got a red card, and units that have done an order without any."""
        for query, units in ((SQL.note_red, red), (SQL.note_good, good)):
            if named := sorted(set(units)):
                self.run(query, units=named, now=self.now())

    def marks_to_judge(self, limit: int) -> list[Row]:
        """Marks that are due, in their order; none while another replica judges."""
        return self.dicts(SQL.marks_to_judge, limit=limit) if self.one(SQL.may_judge)[0] else []

    def judged(self, marks: Mapping[int, dt.datetime | None]) -> None:
        """These marks are judged, or wait until then."""
        self.write(SQL.judged, [{"id": mark, "due_at": at} for mark, at in marks.items()])

    def problem_cases(self, cases: Iterable[str]) -> set[str]:
        """Which of these are problem cases already."""
        return {case for (case,) in self.all(SQL.problem_cases, cases=list(cases))}

    def add_measures(self, rows: Sequence[Row]) -> None:
        self.write(SQL.add_measures, rows)

    def add_points(self, rows: Sequence[Row], zone: dt.tzinfo) -> None:
        if rows:
            self.run(SQL.add_points, rows=to_json(rows), zone=str(zone))

    def lock_interview(self, interview_id: str) -> Row | None:
        found = self.dicts(SQL.lock_interview, id=interview_id)
        return found[0] if found else None

    def put_interview(self, **values: Any) -> None:
        self.run(SQL.put_interview, **values, at=self.now())

    def lock_audit(self, every: dt.timedelta) -> list[str] | None:
        """The orders that the last audit has named; None when it is not so long ago, or another replica is at it."""
        row = self.one(SQL.lock_audit, every=_interval(every))
        return row[0] if row else None

    def orders_without_next_step(self, grace: dt.timedelta, limit: int) -> list[Row]:
        """The first of them, each with how many there are."""
        return self.dicts(SQL.orders_without_next_step, grace=_interval(grace), limit=limit)

    def put_audit(self, without: int, named: Sequence[str]) -> None:
        self.run(SQL.put_audit, without=without, named=to_json(list(named)))


def _interval(span: dt.timedelta) -> str:
    return f"{span.total_seconds():.0f} seconds"
