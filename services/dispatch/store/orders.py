"""Work orders with their journal and assignments, and who could get them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from services.dispatch.domain.assignment import Roster
from services.dispatch.domain.clock import Clock
from services.dispatch.domain.deciding import Past
from services.dispatch.domain.escalation import Step, Terms
from services.dispatch.domain.limits import Duration, Quiet
from services.dispatch.domain.order import NOBODY, Order
from services.dispatch.domain.parts import Assist, Offer, Request, as_document, assist_of, request_of
from services.dispatch.domain.policy import Policies, faded
from services.dispatch.domain.posts import Member
from services.dispatch.store.base import SQL, Row
from services.dispatch.store.services import ServiceRows
from shared.outbox.unit_of_work import to_json

OF_THE_CASE = frozenset({"number", "level", "kind", "category", "grid_id", "lon", "lat", "service"})  # not stored twice


class OrderRows(ServiceRows):
    """Orders, assignments, journal, and what members have in hand."""

    def roster(
        self,
        grids: Iterable[str | None],
        also: Iterable[str | None] = (),
        policies: Policies | None = None,
        services: Iterable[Row | None] = (),
    ) -> Roster:
        """The members of these grids, everybody above and beside them, and those named, with what they have in hand and
        were given lately; by these policies they are chosen among. For what is ordered (`services`, of cases) also
        those who run it, and when they are busy."""
        known, wanted = policies or Policies(), [service for service in services if service]
        grids = [*grids, *(area for service in wanted for area in service["runners"]["areas"])]
        also = [*also, *(member for service in wanted for member in service["runners"]["members"])]
        rows = self._roster(grids, also, known.rank, known.reach_the_town)
        now = self.now().timestamp() if known.rank else 0.0
        return Roster(
            [_member(row) for row in rows],
            {row[0]: row[7] for row in rows},
            {row[0]: row[8] for row in rows},
            {row[0]: (faded(row[9], now - row[10]), row[10]) for row in rows if row[10]},
            known,
            rows[0][11] if rows else None,
            busy=self.kept_appointments(wanted),
            deputies=rows[0][12] if rows else None,
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

    def handlers_of(self, orders: Sequence[str]) -> dict[str, list[str]]:
        """Everybody who has had these orders in hand."""
        return dict(self.all(SQL.handlers_of, orders=list(orders))) if orders else {}

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

    def put_requests(self, requests: Sequence[tuple[Order, Request]]) -> None:
        """The last of each; one may be asked and decided in the same batch."""
        rows = {(order.id, request.number): _part(order, request) for order, request in requests}
        self.write(SQL.put_requests, list(rows.values()))

    def put_assists(self, assists: Sequence[tuple[Order, Assist]]) -> None:
        rows = {(order.id, assist.number): _part(order, assist) for order, assist in assists}
        self.write(SQL.put_assists, list(rows.values()))

    def journal_since(self, versions: dict[str, int]) -> dict[str, list[Past]]:
        """What has happened to orders after the version that is given for each."""
        found: dict[str, list[Past]] = {}
        rows = [{"order_id": order, "version": version} for order, version in versions.items()]
        for order, *past in self.all(SQL.journal_since, rows=to_json(rows)) if rows else []:
            found.setdefault(order, []).append(Past(*past))
        return found

    def add_journal(self, rows: Sequence[Row]) -> None:
        self.write(SQL.add_journal, rows)


def _member(row: tuple[Any, ...]) -> Member:
    member_id, role, unit, on_duty, skills, above, middle = row[:7]
    return Member(member_id, role, unit, on_duty, tuple(skills), above, tuple(middle) if middle else None)


def _order(row: Row, case: Row) -> Order:
    limits, course = row.pop("limits"), row.pop("course") or {}
    acknowledge, resolve, verify = (
        Duration.read(limits[n]) if limits.get(n) else None for n in ("acknowledge", "resolve", "verify")
    )
    terms = Terms(
        acknowledge,
        resolve,
        limits["because"],
        row["ack_due_at"],
        row["due_at"],
        Quiet.of(limits["quiet"]),
        tuple(Step.of(step) for step in row.pop("ladder")),
        verify,
    )
    about = {name: case[name] for name in OF_THE_CASE} | {"returned_by": tuple(row["returned_by"])}
    about |= {"member_id": row["member_id"] or NOBODY, "offer": Offer.of(row["offer"]) if row["offer"] else None}
    return Order(terms=terms, **(row | about | (_unusual(course) if course else {})))


def _row(order: Order) -> Row:
    """An order as the table has it; what the case says of it is not stored twice."""
    row = {name: value for name, value in vars(order).items() if name not in _NOT_STORED}
    row |= {"member_id": order.member_id or None, "offer": order.offer.as_dict() if order.offer else None}
    awaited = order.awaited.next_at if order.awaited else None
    row |= {"next_step_at": order.next_at, "next_awaited_at": awaited, "course": _course(order)}
    return row | order.terms.documents


_NOT_STORED = OF_THE_CASE | {"terms", "clock", "transfers", "returned_units", "request", "assists"}


def _course(order: Order) -> dict[str, Any] | None:
    """What is not so for every order; None while all is as usual."""
    course = {
        "clock": order.clock.as_dict(),
        "transfers": order.transfers,
        "returned_units": order.returned_units,
        "request": as_document(order.request) if order.request else None,
        "assists": [as_document(assist) for assist in order.assists],
    }
    return {name: value for name, value in course.items() if value} or None


def _unusual(course: dict[str, Any]) -> dict[str, Any]:
    return {
        "clock": Clock.of(course.get("clock")),
        "transfers": course.get("transfers", 0),
        "returned_units": tuple(course.get("returned_units", ())),
        "request": request_of(course.get("request")),
        "assists": tuple(assist_of(one) for one in course.get("assists", ())),
    }


def _part(order: Order, part: Request | Assist) -> Row:
    row = {name: value for name, value in vars(part).items() if name != "watch"}
    return row | {"order_id": order.id, "case_id": order.case_id}
