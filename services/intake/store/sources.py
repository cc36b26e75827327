"""Upstream platforms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.intake.store.base import SQL
from shared.outbox.unit_of_work import UnitOfWork, to_json


class SourceRows(UnitOfWork):
    """Where reports come from."""

    def list_sources(self, name: str | None = None) -> list[dict[str, Any]]:
        return self.dicts(SQL.list_sources, name=name)

    def source_by_hand(self, name: str) -> bool | None:
        """Whether an administrator has added the source; None when there is none. Locks it."""
        row = self.one(SQL.lock_source, name=name)
        return row[0] if row else None

    def add_source(self, row: dict[str, Any]) -> None:
        self.put_sources([row])
        self.run(SQL.mark_by_hand, name=row["name"])

    def switch_source(self, name: str, enabled: bool) -> bool:
        """Whether there is such a source."""
        return self.count(SQL.switch_source, name=name, enabled=enabled) > 0

    def put_sources(self, rows: Sequence[dict[str, Any]]) -> None:
        self.run(SQL.put_sources, rows=to_json(rows))
