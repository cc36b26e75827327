"""Keys of Open311 clients, and what the clients say about cases."""

from __future__ import annotations

import datetime as dt
from typing import Any

from services.intake.store.base import SQL
from shared.outbox.unit_of_work import UnitOfWork, to_json


class Open311Rows(UnitOfWork):
    """Keys are kept as hashes; a remark is known by its client's own id."""

    def add_api_key(self, key_hash: str, source: str, label: str, now: dt.datetime) -> str | None:
        """The short id of the new key; None when no source of the kind open311 has this name."""
        row = self.one(SQL.add_api_key, key_hash=key_hash, source=source, label=label, now=now)
        return row[0] if row else None

    def disable_api_key(self, key_id: str, now: dt.datetime) -> dict[str, Any] | None:
        rows = self.dicts(SQL.disable_api_key, key_id=key_id, now=now)
        return rows[0] if rows else None

    def case_of_report(self, number: str, source: str) -> dict[str, Any] | None:
        """A case that the source has reported, locked."""
        rows = self.dicts(SQL.case_of_report, number=number, source=source)
        return rows[0] if rows else None

    def add_remark(self, row: dict[str, Any]) -> tuple[str, bool]:
        """Its id, and whether it is new; one that was said before keeps its id."""
        if new := self.one(SQL.add_remark, row=to_json(row)):
            return new[0], True
        return self.one(SQL.remark_id, source=row["source"], update_id=row["update_id"])[0], False
