"""How far the deadlines of open orders have been worked out anew for a new calendar."""

from __future__ import annotations

from collections.abc import Sequence

from services.dispatch.domain.clock import Clock, replayed
from services.dispatch.store.base import SQL, Row, Rows


class RedatingRows(Rows):
    """One replica at a time has the row."""

    def begin_redating(self) -> None:
        self.run(SQL.begin_redating)

    def redating_after(self) -> str | None:
        """The order up to which it is done; None when there is nothing to do, or another replica does it."""
        row = self.one(SQL.take_redating)
        return row[0] if row else None

    def next_to_redate(self, after: str, limit: int) -> list[tuple[str, str]]:
        """Ids of open orders and their cases."""
        return self.all(SQL.next_to_redate, after=after, limit=limit)

    def redated_up_to(self, order_id: str) -> None:
        self.run(SQL.redated_up_to, after=order_id)

    def end_redating(self) -> None:
        self.run(SQL.end_redating)

    def clocks(self, orders: Sequence[str]) -> dict[str, Clock]:
        """The clocks of orders as their journals tell them; those that nothing has happened to are left out."""
        entries: dict[str, list[Row]] = {}
        for row in self.dicts(SQL.clock_journal, orders=list(orders)):
            entries.setdefault(row["order_id"], []).append(row)
        return {order: replayed(journal) for order, journal in entries.items()}
