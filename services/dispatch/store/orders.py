"""Work orders with their journal and assignments, and who could get them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from services.dispatch.domain.assignment import Member, Roster
from services.dispatch.domain.escalation import Step, Terms
from services.dispatch.domain.limits import Duration, Quiet
from services.dispatch.domain.order import Order
from services.dispatch.store.base import SQL, Row, Rows
from shared.outbox.unit_of_work import to_json


class OrderRows(Rows):
    """Orders, assignments, journal, and what members have in hand."""

    def roster(self, grids: Iterable[str | None], also: Iterable[str | None] = ()) -> Roster:
        """The members of these grids, everybody above and beside them, and those named, with what they have in hand."""
        rows = self.all(SQL.roster, grids=sorted({g for g in grids if g}), also=sorted({m for m in also if m}))
        members = [Member(*row[:4]) for row in rows]
        return Roster(members, {row[0]: row[4] for row in rows}, {row[0]: row[5] for row in rows})

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

    def count_in_hand(self, more: Sequence[Row]) -> None:
        self.write(SQL.count_in_hand, more)

    def end_assignments(self, rows: Sequence[Row]) -> None:
        self.write(SQL.end_assignments, rows)

    def add_assignments(self, rows: Sequence[Row]) -> None:
        self.write(SQL.add_assignments, rows)

    def add_journal(self, rows: Sequence[Row]) -> None:
        self.write(SQL.add_journal, rows)


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
    about = {"number": case["number"], "level": case["level"], "grid_id": case["grid_id"]}
    return Order(terms=terms, **(row | about | {"returned_by": tuple(row["returned_by"])}))


def _row(order: Order) -> Row:
    """An order as the table has it; what the case says of it is not stored twice."""
    step = order.next_step
    row = {name: value for name, value in vars(order).items() if name not in ("terms", "number", "level", "grid_id")}
    return row | order.terms.documents | {"next_step_at": step.at if step else None}
