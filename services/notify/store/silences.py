"""Silences: who wants quiet about what, and until when."""

from __future__ import annotations

from typing import Any

from services.notify.domain.pipeline.silences import Silence
from services.notify.store.base import SQL, Row, Rows


class SilenceRows(Rows):
    """Silences; whoever ends one holds its row."""

    # gather

    def silences_in_force(self) -> list[Silence]:
        return [_silence(row) for row in self.dicts(SQL.silences_in_force)]

    def lock_silence(self, silence_id: str) -> Row | None:
        rows = self.dicts(SQL.lock_silence, id=silence_id)
        return rows[0] if rows else None

    # record

    def add_silence(self, row: Row) -> None:
        self.write(SQL.add_silence, [row])

    def end_silence(self, silence_id: str, by: str) -> int:
        """Gives how many notifications it has kept back."""
        self.run(SQL.end_silence, id=silence_id, by=by)
        return self.count(SQL.release_silenced, id=silence_id)

    def forget_silences(self, days: int) -> None:
        self.run(SQL.forget_silences, days=days)


def _silence(row: Row) -> Silence:
    matchers: dict[str, Any] = {
        name: tuple(one) if isinstance(one, list) else one for name, one in row["matchers"].items()
    }
    return Silence(row["id"], row["owner"], row["reason"], row["ends_at"], **matchers)
