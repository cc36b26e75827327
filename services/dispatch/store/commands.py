"""What members asked for, with the answer."""

from __future__ import annotations

from collections.abc import Sequence

from services.dispatch.store.base import SQL, Row, Rows
from shared.outbox.unit_of_work import to_json


class CommandRows(Rows):
    """Commands; each is answered once, and the same again."""

    def known_commands(self, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Row]:
        rows = self.dicts(SQL.known_commands, rows=to_json([{"member_id": m, "command_id": c} for m, c in set(keys)]))
        return {(row["member_id"], row["command_id"]): row for row in rows}

    def add_commands(self, rows: Sequence[Row]) -> None:
        self.write(SQL.add_commands, rows)
