"""What is striking about answers, and answers that are asked for again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from services.callback.store.base import SQL, Row, Rows


class WatchRows(Rows):
    """Marks and second answers."""

    def seen_lately(
        self, devices: Sequence[str], takers: Sequence[str], but: Sequence[str], since: dt.datetime
    ) -> dict[tuple[str, str], int]:
        """(device or taker, which) → how many matters besides these were answered from there."""
        if not devices and not takers:
            return {}
        named = {"devices": list(devices), "takers": list(takers), "but": list(but)}
        return {(what, who): matters for what, who, matters in self.all(SQL.seen_lately, **named, since=since)}

    def seen_of_handlers(self, device: str, handlers: Sequence[str], but: str) -> int:
        return int(self.one(SQL.seen_of_handlers, device=device, handlers=list(handlers), but=but)[0])

    def add_marks(self, rows: Sequence[Row]) -> None:
        self.write(SQL.add_marks, rows)

    def answered_and_not_asked_again(self, month: str, unit: str | None, marked: bool) -> list[Row]:
        return self.dicts(SQL.answered_and_not_asked_again, month=month, unit=unit, marked=marked)

    def add_reasks(self, rows: Sequence[Row]) -> None:
        self.write(SQL.add_reasks, rows)

    def lock_reask(self, reask_id: str) -> Row | None:
        found = self.dicts(SQL.lock_reask, id=reask_id)
        return found[0] if found else None

    def answer_reask(self, row: Row) -> None:
        self.write(SQL.answer_reask, [row])
