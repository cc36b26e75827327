"""Deliveries on channels: wanted, claimed, settled."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from services.notify.store.base import SQL, Row, Rows
from shared.outbox.unit_of_work import to_json

Attempt = tuple[str, int]  # a delivery and the number of one attempt at it


class DeliveryRows(Rows):
    """Deliveries; whoever records holds the row, and the number of the attempt fences."""

    # gather

    def anything_due(self) -> bool:
        return bool(self.one(SQL.anything_due)[0])

    def due_deliveries(self, rooms: Mapping[str, int]) -> list[Row]:
        """At most so many of each account, locked, in the order to be sent."""
        rows = to_json([{"account_id": account_id, "room": room} for account_id, room in sorted(rooms.items())])
        return self.dicts(SQL.due_deliveries, rows=rows) if rooms else []

    def lost_deliveries(self, limit: int) -> list[Attempt]:
        return self.all(SQL.lost_deliveries, limit=limit)

    def hurried_deliveries(self, limit: int) -> list[Attempt]:
        return self.all(SQL.hurried_deliveries, limit=limit)

    def stranded_deliveries(self, limit: int) -> list[Attempt]:
        return self.all(SQL.stranded_deliveries, limit=limit)

    def lock_attempts(self, attempts: Collection[Attempt], states: Sequence[str]) -> dict[str, Row]:
        """By id, those in one of these states whose newest attempt has this number."""
        rows = to_json([{"id": delivery_id, "attempts": number} for delivery_id, number in sorted(attempts)])
        found = self.dicts(SQL.lock_attempts, rows=rows, states=list(states)) if attempts else []
        return {row["id"]: row for row in found}

    def lock_targets(self) -> list[Row]:
        return self.dicts(SQL.lock_targets)

    # record

    def add_wanted(self, rows: Sequence[Row]) -> set[str]:
        """The ids of those that are new."""
        return {i for (i,) in self.all(SQL.add_wanted, rows=to_json(rows))} if rows else set()

    def claim_deliveries(self, ids: Sequence[str], lease: float) -> list[Row]:
        return self.dicts(SQL.claim_deliveries, ids=list(ids), lease=lease) if ids else []

    def claim_receipts(self, channels: Sequence[str], busy: Collection[str], each: int, lease: float) -> list[Row]:
        about = {"channels": list(channels), "busy": sorted(busy), "each": each, "lease": lease}
        return self.dicts(SQL.claim_receipts, **about)

    def put_off_deliveries(self, rows: Sequence[Row]) -> None:
        """id, wait in seconds."""
        self.write(SQL.put_off_deliveries, rows)

    def move_deliveries(self, of: str, to: str, limit: int) -> None:
        self.run(SQL.move_deliveries, of=of, to=to, limit=limit)

    def expire_deliveries(self, limit: int) -> list[Row]:
        return self.dicts(SQL.expire_deliveries, limit=limit)

    def settle_attempts(self, rows: Sequence[Row]) -> None:
        self.write(SQL.settle_attempts, rows)

    def note_attempts(self, rows: Sequence[Row]) -> None:
        """id, attempt, account_id, outcome, reason."""
        self.write(SQL.note_attempts, rows)

    def supersede_deliveries(self, about: Collection[str], reason: str) -> int:
        return len(self.all(SQL.supersede_deliveries, about=sorted(about), reason=reason)) if about else 0

    def forget_reporters(self, numbers: Collection[str], reason: str) -> None:
        """Those who know cases by these numbers."""
        self.run(SQL.forget_reporters, numbers=sorted(numbers), reason=reason)

    def put_targets(self, rows: Sequence[Row]) -> None:
        self.write(SQL.put_targets, rows)
