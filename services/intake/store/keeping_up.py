"""How far sources have come with what they were told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.intake.store.base import SQL
from shared.outbox.unit_of_work import UnitOfWork, to_json


class KeepingUpRows(UnitOfWork):
    """Positions, acknowledgements, and what is told again."""

    def lock_polling(self, source: str) -> tuple[int, int]:
        """The last position that was given, and the last that the source has come back with."""
        return self.one(SQL.lock_polling, source=source)

    def give_positions(self, source: str, last: int, most: int) -> None:
        self.run(SQL.give_positions, source=source, last=last, most=most)

    def feedback_after(self, source: str, after: int, limit: int) -> list[dict[str, Any]]:
        return self.dicts(SQL.feedback_after, source=source, after=after, limit=limit)

    def ack_positions(self, source: str, acked: int, upto: int) -> None:
        self.run(SQL.ack_positions, source=source, acked=acked, upto=upto)

    def ack_numbers(self, source: str, numbers: dict[str, int]) -> dict[str, dict[str, Any]]:
        """Of the external ids that are known: how far they are acknowledged now, and how far they were told."""
        rows = self.dicts(SQL.ack_numbers, source=source, rows=_rows(numbers))
        return {row["external_id"]: row for row in rows}

    def told(self, source: str, external_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        rows = self.dicts(SQL.told, source=source, ids=list(external_ids))
        return {row["external_id"]: row for row in rows}

    def last_told_states(self, source: str, states: dict[str, str]) -> dict[str, int]:
        rows = [{"external_id": external_id, "state": state} for external_id, state in sorted(states.items())]
        return dict(self.all(SQL.last_told_states, source=source, rows=to_json(rows))) if rows else {}

    def acknowledges(self, source: str) -> bool:
        return self.one(SQL.acknowledges, source=source)[0]

    def not_acked(self, source: str, after: str, limit: int) -> list[tuple[str, int]]:
        return self.all(SQL.not_acked, source=source, after=after, limit=limit)

    def feedback_beyond(self, source: str, numbers: dict[str, int]) -> list[dict[str, Any]]:
        return self.dicts(SQL.feedback_beyond, source=source, rows=_rows(numbers)) if numbers else []


def _rows(numbers: dict[str, int]) -> str:
    """In an order that all transactions share."""
    return to_json([{"external_id": external_id, "number": number} for external_id, number in sorted(numbers.items())])
