"""Calls: who has which follow-up in hand, and what came of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from services.callback.domain.calls import CallTerms, CallTimes
from services.callback.store.base import SQL, Row, Rows
from services.callback.store.reference import EVERY_WEEKDAY
from shared.outbox.unit_of_work import to_json


class CallRows(Rows):
    """Which follow-ups are called by whom."""

    def call_terms(self) -> CallTerms:
        """The rules about calls that are in force."""
        return CallTerms.of(self.rules())

    def call_times(self, terms: CallTerms) -> CallTimes:
        """When people may be called in this town."""
        row = self.one(SQL.calendar)
        return CallTimes.of(row[0] if row else EVERY_WEEKDAY, terms.any_time)

    def rank_calls(self, rows: Sequence[Row]) -> None:
        """Which follow-ups (id) are called before the others (call_rank)."""
        self.write(SQL.rank_calls, rows)

    def held_calls(self, who: str, now: dt.datetime, most: int) -> list[str]:
        return [one for (one,) in self.all(SQL.held_calls, who=who, now=now, most=most)]

    def next_calls(self, who: str, now: dt.datetime, most: int) -> list[str]:
        """Ids of follow-ups that are locked now, and that nobody has in hand."""
        return [one for (one,) in self.all(SQL.next_calls, who=who, now=now, most=most)] if most else []

    def take_calls(self, calls: dict[str, str], who: str, now: dt.datetime, until: dt.datetime) -> None:
        """Follow-up → call."""
        rows = [{"id": follow_up, "call_id": call} for follow_up, call in calls.items()]
        if rows:
            self.run(SQL.take_calls, rows=to_json(rows), who=who, now=now, until=until)

    def keep_calls(self, ids: Sequence[str], until: dt.datetime) -> None:
        if ids:
            self.run(SQL.keep_calls, ids=list(ids), until=until)

    def taken_calls(self, ids: Sequence[str]) -> list[Row]:
        return self.dicts(SQL.taken_calls, ids=list(ids)) if ids else []

    def call_by_id(self, call_id: str) -> Row | None:
        """follow_up_id and who."""
        return next(iter(self.dicts(SQL.call_by_id, call_id=call_id)), None)

    def call_state(self, follow_up_id: str) -> Row:
        return self.dicts(SQL.call_state, id=follow_up_id)[0]

    def attempt_of_call(self, call_id: str) -> Row | None:
        return next(iter(self.dicts(SQL.attempt_of_call, call_id=call_id)), None)

    def attempts_of(self, follow_up_id: str) -> list[Row]:
        return self.dicts(SQL.attempts_of, id=follow_up_id)

    def add_call(self, row: Row) -> None:
        """What came of a call: id of the follow-up, at, who, reached, note, outcome, call_id."""
        self.run(SQL.add_call, **row)

    def end_call(
        self, follow_up_id: str, now: dt.datetime, more: int, call_at: dt.datetime | None = None, over: bool = False
    ) -> None:
        """Nobody has it in hand any more; `more` attempts than before, the next not before `call_at`."""
        self.run(SQL.end_call, id=follow_up_id, now=now, more=more, call_at=call_at, over=over)
