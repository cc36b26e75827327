"""Groups of reports that are one case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any

from services.intake.domain.case import ENDED
from services.intake.domain.grouping import Group, GroupKey
from services.intake.store.base import SQL, Key, pairs
from shared.outbox.unit_of_work import UnitOfWork, to_json


class GroupRows(UnitOfWork):
    """Which report opened the case of a group, and what later ones add to it."""

    def lock_groups(self, keys: Iterable[GroupKey]) -> dict[GroupKey, Group]:
        """What is known of these groups; nobody else decides about them until the transaction ends."""
        stored = {(source, _digest(key)): (source, key) for source, key in keys}
        rows = to_json([{"source": source, "key": key} for source, key in sorted(stored)])
        self.run(SQL.lock_groups, rows=rows)
        return {stored[row[:2]]: Group(*row[2:]) for row in self.all(SQL.groups, rows=rows, ended=list(ENDED))}

    def put_groups(self, groups: Mapping[GroupKey, Group]) -> None:
        rows = [{"source": key[0], "key": _digest(key[1])} | group._asdict() for key, group in groups.items()]
        self.run(SQL.put_groups, rows=to_json(rows))

    def known_reports(self, keys: Sequence[Key]) -> set[Key]:
        return {(row[0], row[1]) for row in self.all(SQL.known_reports, rows=pairs(keys))}

    def lock_cases_of_reports(self, keys: Sequence[Key]) -> dict[Key, dict[str, Any]]:
        """The case of each report, one and the same for those that share it."""
        found = self.dicts(SQL.lock_cases_of_reports, rows=pairs(keys))
        cases: dict[str, dict[str, Any]] = {}
        return {(row["source"], row["external_id"]): cases.setdefault(row["id"], row) for row in found}

    def amend_cases(self, rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            self.run(SQL.amend_cases, rows=to_json(rows))


def _digest(key: str) -> str:
    return sha256(key.encode()).hexdigest()
