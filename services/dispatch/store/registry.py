"""Areas and members, which dispatch owns, with the journal of their changes; which grids came after which."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from services.dispatch.store.base import SQL, Row, Rows


class RegistryRows(Rows):
    """The town's people and places."""

    def lock_registry(self) -> None:
        """Until the end of this transaction nobody else changes areas or members."""
        self.run(SQL.lock_registry)

    def areas(self) -> dict[str, Row]:
        return {row["grid_id"]: row for row in self.dicts(SQL.areas)}

    def areas_up(self, areas: Iterable[str | None]) -> dict[str, list[str]]:
        """These areas, each with itself and those that it lies in, from the inside outwards."""
        known = sorted({area for area in areas if area})
        return dict(self.all(SQL.areas_up, areas=known)) if known else {}

    def members(self) -> dict[str, Row]:
        return {row["member_id"]: row for row in self.dicts(SQL.members)}

    def put_areas(self, rows: Sequence[Row]) -> None:
        self.write(SQL.put_areas, rows)

    def put_members(self, rows: Sequence[Row]) -> None:
        self.write(SQL.put_members, rows)

    def add_registry_journal(self, rows: Sequence[Row]) -> None:
        self.write(SQL.add_registry_journal, rows)

    def add_successions(self, successors: dict[str, list[str]], since: dt.datetime) -> None:
        rows = [{"grid_id": g, "successor_id": s, "since": since} for g, later in successors.items() for s in later]
        self.write(SQL.add_successions, rows)

    def replaced(self) -> set[str]:
        """Grids that were split or merged into others."""
        return {grid_id for (grid_id,) in self.all(SQL.replaced)}

    def successors(self, grids: Collection[str]) -> dict[str, list[Row]]:
        """The grids (grid_id, geometry) that lie in the place of these now."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.dicts(SQL.successors, ids=sorted(grids)) if grids else ():
            found[row.pop("origin")].append(row)
        return found

    def displaced(self) -> tuple[list[str], list[str]]:
        """Grids whose open work is to be moved, and members who have left their work behind."""
        grids, members = self.one(SQL.displaced)
        return grids, members

    def lock_displaced_cases(self, grids: Iterable[str], members: Iterable[str], limit: int) -> dict[str, Row]:
        rows = self.dicts(SQL.lock_displaced_cases, grids=list(grids), members=list(members), limit=limit)
        return {row["id"]: row for row in rows}

    def settle_successions(self, grids: Sequence[str]) -> None:
        if grids:
            self.run(SQL.settle_successions, grids=list(grids))
