"""Samples of a month, and what is asked besides."""

from __future__ import annotations

from collections.abc import Sequence

from services.callback.store.base import SQL, Row, Rows


class SamplingRows(Rows):
    """Samples."""

    def may_top_up(self, month: str) -> bool:
        return bool(self.one(SQL.may_top_up, month=month)[0])

    def seed(self, month: str) -> str:
        """The seed of a month's draws; made with the first."""
        found = self.one(SQL.seed_of, month=month)
        if found is None:
            self.run(SQL.make_seed, month=month)
            found = self.one(SQL.seed_of, month=month)
        return str(found[0])

    def samples_to_look_at(self, month: str, limit: int) -> list[Row]:
        return self.dicts(SQL.samples_to_look_at, month=month, limit=limit)

    def lock_left_out(self, month: str, unit: str, category: str) -> list[Row]:
        return self.dicts(SQL.lock_left_out, month=month, unit=unit, category=category)

    def ask_after_all(self, rows: Sequence[Row]) -> None:
        self.write(SQL.ask_after_all, rows)

    def add_top_ups(self, rows: Sequence[Row]) -> None:
        self.write(SQL.add_top_ups, rows)
