"""Leaves, and the open work of whoever is on leave."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from services.dispatch.domain.leave import GRANTED, Request
from services.dispatch.domain.stretches import Stretch
from services.dispatch.store.base import SQL, Row, Rows


class LeaveRows(Rows):
    """Leaves; changed under `lock_duty`."""

    def leave(self, leave_id: str) -> Request | None:
        rows = self.dicts(SQL.leave_by_id, id=leave_id)
        return _request(rows[0]) if rows else None

    def leaves_of(self, members: Iterable[str | None], since: dt.datetime) -> list[Request]:
        rows = self.dicts(SQL.leaves_of, members=sorted({m for m in members if m}), since=since)
        return [_request(row) for row in rows]

    def put_leave(self, leave: Request, now: dt.datetime) -> None:
        """Once it is granted, its member's work is looked for from its beginning on."""
        row = {name: value for name, value in vars(leave).items() if name != "stretch"}
        start, end = leave.stretch
        look = start if leave.state == GRANTED and end > now else None
        self.run(SQL.put_leave, **row, starts_at=start, ends_at=end, now=now, next_route_at=look)

    def lock_leaves_to_route(self, limit: int) -> dict[str, str]:
        """Member by leave."""
        return dict(self.all(SQL.lock_leaves_to_route, limit=limit))

    def on_leave(self) -> dict[str, str | None]:
        """Who is on leave now, and who stands in."""
        return dict(self.all(SQL.on_leave))

    def cases_in_hand(self, members: Iterable[str], limit: int) -> list[str]:
        return [case for (case,) in self.all(SQL.cases_in_hand, members=sorted(set(members)), limit=limit)]

    def route_again(self, leaves: Sequence[str], at: dt.datetime) -> None:
        self.run(SQL.route_again, ids=list(leaves), at=at)


def _request(row: Row) -> Request:
    stretch = Stretch(row.pop("starts_at"), row.pop("ends_at"))
    return Request(stretch=stretch, **row)
