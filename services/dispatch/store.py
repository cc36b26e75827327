"""Dispatch's unit of work: the only place that writes dispatch's tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from services.dispatch.domain.assignment import Member, Roster
from services.dispatch.domain.calendar import Calendar
from services.dispatch.domain.escalation import Rules, Step, Terms
from services.dispatch.domain.limits import Duration, Quiet
from services.dispatch.domain.order import Order
from shared.db.queries import Queries
from shared.outbox.unit_of_work import UnitOfWork, to_json

SQL = Queries(Path(__file__).parent / "sql" / "queries.sql")
Row = dict[str, Any]


class Work(UnitOfWork):
    """One transaction of dispatch."""

    # gather

    def roster(self, grids: Iterable[str | None], also: Iterable[str | None] = ()) -> Roster:
        """The members of these grids, everybody above and beside them, and those named, with what they have in hand."""
        rows = self.all(SQL.roster, grids=sorted({g for g in grids if g}), also=sorted({m for m in also if m}))
        members = [Member(*row[:4]) for row in rows]
        return Roster(members, {row[0]: row[4] for row in rows}, {row[0]: row[5] for row in rows})

    def calendar(self) -> Calendar | None:
        row = self.one(SQL.calendar)
        return Calendar.of(row[0]) if row else None

    def order_rules(self) -> Rules | None:
        """The rules in force for new orders; None before any were loaded."""
        rules = self.rules()
        return Rules.of(rules) if rules else None

    def category_limits(self, codes: Iterable[str]) -> dict[str, Duration | None]:
        rows = self.all(SQL.category_limits, codes=sorted(set(codes)))
        return {code: Duration.read(limit) if limit else None for code, limit in rows}

    def lock_cases(self, ids: Iterable[str]) -> dict[str, Row]:
        return {row["id"]: row for row in self.dicts(SQL.lock_cases, ids=sorted(set(ids)))}

    def lock_due_cases(self, limit: int) -> dict[str, Row]:
        return {row["id"]: row for row in self.dicts(SQL.lock_due_cases, limit=limit)}

    def current_orders(self, cases: dict[str, Row]) -> dict[str, Order]:
        """The order of the latest round, by case. The cases must be locked."""
        rows = self.dicts(SQL.current_orders, cases=list(cases)) if cases else []
        return {row["case_id"]: _order(row, cases[row["case_id"]]) for row in rows}

    def find_cases(self, orders: Iterable[str], numbers: Iterable[str]) -> tuple[dict[str, str], dict[str, str]]:
        """Case ids by order id, and by number."""
        rows = self.all(SQL.find_cases, orders=sorted(set(orders)), numbers=sorted(set(numbers)))
        return {order: case for order, _, case in rows}, {number: case for _, number, case in rows}

    def known_commands(self, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Row]:
        rows = self.dicts(SQL.known_commands, rows=to_json([{"member_id": m, "command_id": c} for m, c in set(keys)]))
        return {(row["member_id"], row["command_id"]): row for row in rows}

    def sealed_phones(self) -> dict[str, str]:
        return dict(self.all(SQL.sealed_phones))

    def all_grids(self) -> list[Row]:
        return self.dicts(SQL.all_grids)

    def all_members(self) -> list[Row]:
        return self.dicts(SQL.all_members)

    # record

    def add_cases(self, rows: Sequence[Row]) -> None:
        self._write(SQL.add_cases, rows)

    def describe_cases(self, rows: Sequence[Row]) -> None:
        self._write(SQL.describe_cases, rows)

    def count_said(self, rows: Sequence[Row]) -> None:
        self._write(SQL.count_said, [{"id": row["id"], "said": row["said"]} for row in rows])

    def put_orders(self, orders: Sequence[Order]) -> list[Row]:
        """Orders after their changes; gives back what their members have in hand more or less by that."""
        rows = [_row(order) for order in orders]
        hands = [{name: row[name] for name in ("id", "state", "member_id", "checker_id")} for row in rows]
        more = self.dicts(SQL.more_in_hand, rows=to_json(hands)) if rows else []
        self._write(SQL.put_orders, rows)
        return more

    def count_in_hand(self, more: Sequence[Row]) -> None:
        self._write(SQL.count_in_hand, more)

    def end_assignments(self, rows: Sequence[Row]) -> None:
        self._write(SQL.end_assignments, rows)

    def add_assignments(self, rows: Sequence[Row]) -> None:
        self._write(SQL.add_assignments, rows)

    def add_journal(self, rows: Sequence[Row]) -> None:
        self._write(SQL.add_journal, rows)

    def add_commands(self, rows: Sequence[Row]) -> None:
        self._write(SQL.add_commands, rows)

    def put_categories(self, rows: Sequence[Row]) -> None:
        self._write(SQL.put_categories, rows)

    def put_grids(self, rows: Sequence[Row]) -> list[Row]:
        """Those that are new, have changed, or are no more."""
        ids = [row["grid_id"] for row in rows]
        return self.dicts(SQL.put_grids, rows=to_json(rows)) + self.dicts(SQL.retire_grids, ids=ids)

    def put_members(self, rows: Sequence[Row]) -> list[Row]:
        """Those that are new, have changed, or have left."""
        ids = [row["member_id"] for row in rows]
        return self.dicts(SQL.put_members, rows=to_json(rows)) + self.dicts(SQL.retire_members, ids=ids)

    def put_calendar(self, calendar: dict[str, Any]) -> bool:
        """Whether it differs from the one that was in force."""
        return self.count(SQL.put_calendar, calendar=to_json(calendar)) == 1

    def _write(self, query: str, rows: Sequence[Row]) -> None:
        if rows:
            self.run(query, rows=to_json(rows))


OpenWork = Callable[[], AbstractContextManager[Work]]


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
