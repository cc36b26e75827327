"""What orders and answers come to: turns with their outcomes, tallies by month, days on which members were active."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from services.dispatch.store.base import SQL, Row, Rows
from shared.outbox.unit_of_work import to_json


class ScoreRows(Rows):
    """Scores."""

    def add_answers(self, rows: Sequence[Row]) -> None:
        self.write(SQL.add_answers, rows)

    def add_active(self, members: Iterable[str], zone: dt.tzinfo) -> None:
        """These members did something now."""
        if named := sorted(set(members)):
            self.run(SQL.add_active, members=named, now=self.now(), zone=str(zone))

    def take_to_score(self, limit: int) -> list[str]:
        """Orders that have changed; none while another replica counts."""
        if not self.one(SQL.may_score)[0]:
            return []
        return [order for (order,) in self.all(SQL.take_to_score, limit=limit)]

    def turns_of_orders(self, orders: Sequence[str], zone: dt.tzinfo) -> list[Row]:
        return self.dicts(SQL.turns_of_orders, orders=list(orders), zone=str(zone))

    def count_turns(self, orders: Sequence[str], rows: Sequence[Row], zone: dt.tzinfo) -> None:
        """These are all turns of these orders: what they counted as before leaves the tallies, what they count as now
        comes in. One after the other, so that the tallies are always those of the turns."""
        self.run(SQL.tally_orders, orders=list(orders), sign=-1)
        self.run(SQL.put_turns, rows=to_json(rows))
        self.run(SQL.tally_orders, orders=list(orders), sign=1)
        self.run(SQL.note_active, orders=list(orders), zone=str(zone))

    def count_anew(self, since: dt.datetime) -> int:
        """How many orders are going to be counted once more."""
        return self.count(SQL.count_anew, since=since)
