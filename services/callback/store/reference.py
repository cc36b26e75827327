"""What a town's rules, calendar and questions say."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from services.callback.domain.calendar import Calendar
from services.callback.domain.questions import Questions
from services.callback.domain.rules import Rules
from services.callback.store.base import SQL, Rows
from shared.outbox.unit_of_work import to_json

# until a town was loaded; /readyz says that the calendar is missing
EVERY_WEEKDAY = {
    "time_zone": "Asia/Shanghai",
    "working_weekdays": [1, 2, 3, 4, 5],
    "working_hours": [{"from": "09:00", "to": "17:00"}],
    "holidays": [],
    "working_days": [],
}


class ReferenceRows(Rows):
    """Rules, calendar, questions."""

    def calendar(self) -> Calendar:
        row = self.one(SQL.calendar)
        return Calendar.of(row[0] if row else EVERY_WEEKDAY)

    def asking(self) -> Rules:
        """The rules of asking that are in force."""
        return Rules.of(self.rules())

    def questions(self, versions: Collection[str]) -> dict[str, Questions]:
        """Those of these sets that were ever asked."""
        rows = self.all(SQL.questions, versions=sorted(versions))
        return {version: Questions.of(data) for version, data in rows}

    def add_calendar(self, calendar: dict[str, Any]) -> None:
        self.run(SQL.add_calendar, calendar=to_json(calendar))

    def add_questions(self, sets: Iterable[Questions]) -> None:
        """Sets are kept once each, before anything refers to them."""
        self.write(SQL.add_questions, [{"version": one.version, "questions": one.as_data()} for one in sets])
