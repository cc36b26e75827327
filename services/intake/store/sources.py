"""Upstream platforms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.intake.domain.registration import Source
from services.intake.store.base import SQL
from shared.outbox.unit_of_work import UnitOfWork, to_json


class SourceRows(UnitOfWork):
    """Where reports come from."""

    def sources(self) -> dict[str, Source]:
        found = [Source(**row | {"feedback": tuple(row["feedback"])}) for row in self.dicts(SQL.sources)]
        return {source.name: source for source in found}

    def put_sources(self, rows: Sequence[dict[str, Any]]) -> None:
        self.run(SQL.put_sources, rows=to_json(rows))
