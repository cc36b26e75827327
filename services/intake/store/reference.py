"""Grids, members, categories: what reports are understood with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.intake.domain.places import Locator
from services.intake.domain.registration import Category
from services.intake.store.base import SQL
from shared.outbox.unit_of_work import UnitOfWork, to_json


class Reference:
    """Grids and categories, kept in memory until one of them changes."""

    def __init__(self) -> None:
        self._grids_stamp = self._categories_stamp = ""
        self.locator = Locator([])
        self.catalogue: dict[str, Category] = {}

    def refresh(self, work: UnitOfWork) -> None:
        grids, categories = work.one(SQL.reference_stamp)
        if grids != self._grids_stamp:
            self.locator = Locator(work.all(SQL.leaf_grids))
            self._grids_stamp = grids
        if categories != self._categories_stamp:
            self.catalogue = {row[0]: Category(*row) for row in work.all(SQL.categories)}
            self._categories_stamp = categories


REFERENCE = Reference()


class ReferenceRows(UnitOfWork):
    """What intake needs to know before it can judge a report."""

    def reference(self) -> Reference:
        REFERENCE.refresh(self)
        return REFERENCE

    def all_categories(self) -> list[dict[str, Any]]:
        return self.dicts(SQL.all_categories)

    def put_grids(self, rows: Sequence[dict[str, Any]]) -> None:
        self.run(SQL.put_grids, rows=to_json(rows))

    def put_members(self, rows: Sequence[dict[str, Any]]) -> None:
        self.run(SQL.put_members, rows=to_json(rows))

    def put_categories(self, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Those that are new or have changed."""
        return self.dicts(SQL.put_categories, rows=to_json(rows))
