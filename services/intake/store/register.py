"""The household register that the town has imported."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.intake.store.base import SQL
from shared.outbox.unit_of_work import UnitOfWork, to_json

Rows = list[dict[str, Any]]
MOST = 50  # households that one look-up shows


class RegisterRows(UnitOfWork):
    """Households by blind indexes; everything about people is sealed."""

    def put_households(self, rows: Rows) -> None:
        """Rows with `phones`, the indexes of the numbers by which the household is found."""
        self.run(SQL.forget_residents, households=[row["household"] for row in rows])
        self.run(SQL.put_households, rows=to_json(rows))
        found = [{"household_id": row["id"], "phone_index": index} for row in rows for index in row["phones"]]
        self.run(SQL.put_residents, rows=to_json(found))

    def households_by_phone(self, indexes: Sequence[str]) -> Rows:
        return self.dicts(SQL.households_by_phone, indexes=list(indexes), limit=MOST)

    def households_by_place(self, indexes: Sequence[str]) -> Rows:
        return self.dicts(SQL.households_by_place, indexes=list(indexes), limit=MOST)

    def place_of_case(self, number: str) -> dict[str, Any] | None:
        found = self.dicts(SQL.place_of_case, number=number)
        return found[0] if found else None

    def households_of_others(self, current: str, limit: int) -> Rows:
        return self.dicts(SQL.households_of_others, current=f"{current}.%", limit=limit)

    def put_sealed_households(self, rows: Rows) -> None:
        self.run(SQL.put_sealed_households, rows=to_json(rows))
