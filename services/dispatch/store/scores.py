"""What orders and answers come to: turns with their outcomes, tallies by month, days on which members were active."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from services.dispatch.store.base import SQL, Row, Rows


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

    def put_turns(self, rows: Sequence[Row]) -> None:
        self.write(SQL.put_turns, rows)

    def add_tallies(self, rows: Sequence[Row]) -> None:
        self.write(SQL.add_tallies, rows)

    def note_active(self, orders: Sequence[str], zone: dt.tzinfo) -> None:
        """Whoever did something to these orders was active then."""
        self.run(SQL.note_active, orders=list(orders), zone=str(zone))

    def count_anew(self, since: dt.datetime) -> int:
        """How many orders are going to be counted once more."""
        return self.count(SQL.count_anew, since=since)
