"""Work orders with their journal and assignments, and who could get them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from services.dispatch.domain.assignment import Member, Roster
from services.dispatch.domain.escalation import Step, Terms
from services.dispatch.domain.limits import Duration, Quiet
from services.dispatch.domain.order import NOBODY, Offer, Order
from services.dispatch.domain.policy import Policies, faded
from services.dispatch.store.base import SQL, Row, Rows
from shared.outbox.unit_of_work import to_json

OF_THE_CASE = frozenset({"number", "level", "kind", "category", "grid_id", "lon", "lat"})  # not stored twice
ELSEWHERE = OF_THE_CASE | {"terms"}


class OrderRows(Rows):
    """Orders, assignments, journal, and what members have in hand."""

    def roster(
        self,
        grids: Iterable[str | None],
        also: Iterable[str | None] = (),
        policies: Policies | None = None,
    ) -> Roster:
        """The members of these grids, everybody above and beside them, and those named, with what they have in hand and
        were given lately; by these policies they are chosen among."""
        known = policies or Policies()
        rows = self._roster(grids, also, known.rank, known.reach_the_town)
        now = self.now().timestamp() if known.rank else 0.0
        return Roster(
            [_member(row) for row in rows],
            {row[0]: row[7] for row in rows},
            {row[0]: row[8] for row in rows},
            {row[0]: (faded(row[9], now - row[10]), row[10]) for row in rows if row[10]},
            known,
            rows[0][11] if rows else None,
        )

    def crew(self, grids: Iterable[str | None]) -> tuple[list[Member], dict[str, str]]:
        """All active members, and of which grids those of these areas are parts that are micro grids."""
        rows = self._roster(grids, (), ranking=True, everybody=True)
        return [_member(row) for row in rows], (rows[0][11] if rows else None) or {}

    def _roster(
        self, grids: Iterable[str | None], also: Iterable[str | None], ranking: bool, everybody: bool
    ) -> list[tuple[Any, ...]]:
        wanted = {"grids": sorted({g for g in grids if g}), "also": sorted({m for m in also if m})}
        return self.all(SQL.roster, **wanted, ranking=ranking, everybody=everybody)

    def orders_to_try(self, since: dt.datetime) -> list[Row]:
        return self.dicts(SQL.orders_to_try, since=since)

    def current_orders(self, cases: dict[str, Row]) -> dict[str, Order]:
        """The order of the latest round, by case. The cases must be locked."""
        rows = self.dicts(SQL.current_orders, cases=list(cases)) if cases else []
        return {row["case_id"]: _order(row, cases[row["case_id"]]) for row in rows}

    def put_orders(self, orders: Sequence[Order]) -> list[Row]:
        """Orders after their changes; gives back what their members have in hand more or less by that."""
        rows = [_row(order) for order in orders]
        hands = [{name: row[name] for name in ("id", "state", "member_id", "checker_id")} for row in rows]
        more = self.dicts(SQL.more_in_hand, rows=to_json(hands)) if rows else []
        self.write(SQL.put_orders, rows)
        return more

    def count_in_hand(self, more: Sequence[Row], given: Iterable[str]) -> None:
        """What members have in hand more or less, and who (once for each order) was given one just now."""
        orders, none = Counter(given), {"handling": 0, "checking": 0}
        rows = {member: none | {"member_id": member} for member in orders} | {row["member_id"]: row for row in more}
        self.write(SQL.count_in_hand, [row | {"given": orders[member]} for member, row in rows.items()])

    def end_assignments(self, rows: Sequence[Row]) -> None:
        self.write(SQL.end_assignments, rows)

    def add_assignments(self, rows: Sequence[Row]) -> None:
        self.write(SQL.add_assignments, rows)

    def add_journal(self, rows: Sequence[Row]) -> None:
        self.write(SQL.add_journal, rows)


def _member(row: tuple[Any, ...]) -> Member:
    member_id, role, unit, on_duty, skills, above, middle = row[:7]
    return Member(member_id, role, unit, on_duty, tuple(skills), above, tuple(middle) if middle else None)


def _order(row: Row, case: Row) -> Order:
    limits = row.pop("limits")
    acknowledge, resolve = (Duration.read(limits[n]) if limits[n] else None for n in ("acknowledge", "resolve"))
    terms = Terms(
        acknowledge,
        resolve,
        limits["because"],
        row["ack_due_at"],
        row["due_at"],
        Quiet.of(limits["quiet"]),
        tuple(Step.of(step) for step in row.pop("ladder")),
    )
    about = {name: case[name] for name in OF_THE_CASE} | {"returned_by": tuple(row["returned_by"])}
    about |= {"member_id": row["member_id"] or NOBODY, "offer": Offer.of(row["offer"]) if row["offer"] else None}
    return Order(terms=terms, **(row | about))


def _row(order: Order) -> Row:
    """An order as the table has it; what the case says of it is not stored twice."""
    row = {name: value for name, value in vars(order).items() if name not in ELSEWHERE}
    row |= {"member_id": order.member_id or None, "offer": order.offer.as_dict() if order.offer else None}
    return row | order.terms.documents | {"next_step_at": order.next_at}
