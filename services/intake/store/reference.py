"""Sources, grids, cameras, names, categories, rules: what reports are understood with."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from services.intake.domain.places import Camera, Grid, Locator
from services.intake.domain.registration import Category, Source
from services.intake.domain.rules import RuleSet, read_rules
from services.intake.domain.understanding import Understanding
from services.intake.store.base import SQL
from shared.outbox.unit_of_work import UnitOfWork, to_json

log = logging.getLogger(__name__)
PLACES = ("grids", "cameras", "gazetteer")
MEANINGS = ("categories", "rules")


@dataclass(frozen=True)
class Reference:
    """Everything at once, kept in memory until a part of it changes. A batch that has begun with it ends with it."""

    sources: Mapping[str, Source] = field(default_factory=dict)
    locator: Locator = field(default_factory=lambda: Locator([]))
    understanding: Understanding = field(default_factory=lambda: Understanding({}, RuleSet()))
    versions: Mapping[str, int | None] = field(default_factory=dict)

    @property
    def catalogue(self) -> Mapping[str, Category]:
        return self.understanding.catalogue


class ReferenceRows(UnitOfWork):
    """What intake needs to know before it can judge a report."""

    _kept = Reference()  # of the process
    _reference: Reference | None = None  # of this transaction

    def reference(self) -> Reference:
        """As it is now; tells also what time it is, so that `now()` need not ask."""
        if self._reference is None:
            now, rule_set, versions = self.one(SQL.reference_versions)
            self._now = self._now or now
            self._reference = ReferenceRows._kept = self._read(ReferenceRows._kept, versions | {"rules": rule_set})
        return self._reference

    def sources(self) -> Mapping[str, Source]:
        return self.reference().sources

    def _read(self, kept: Reference, versions: dict[str, int | None]) -> Reference:
        changed = {what for what, version in versions.items() if kept.versions.get(what, -1) != version}
        if changed:
            kept = replace(kept, versions=versions)
        if "sources" in changed:
            found = [Source(**row | {"feedback": tuple(row["feedback"])}) for row in self.dicts(SQL.sources)]
            kept = replace(kept, sources={source.name: source for source in found})
        if changed.intersection(PLACES):
            grids = [Grid(*row) for row in self.all(SQL.leaf_grids)]
            cameras = [Camera(*row) for row in self.all(SQL.cameras)]
            kept = replace(kept, locator=Locator(grids, cameras, self.dicts(SQL.gazetteer)))
        if changed.intersection(MEANINGS):
            rows = self.dicts(SQL.categories)
            tuples = [row | {name: tuple(row[name]) for name in ("keywords", "questions")} for row in rows]
            catalogue = {row["code"]: Category(**row) for row in tuples}
            kept = replace(kept, understanding=Understanding(catalogue, self._rule_set(kept.understanding.rules)))
        return kept

    def _rule_set(self, last: RuleSet) -> RuleSet:
        """What is in force was checked when it was loaded; what this process still cannot read changes nothing."""
        rules, problems = read_rules(self.rules())
        for path, problem, _ in problems:
            log.error("the rules in force cannot be read, those before stay: %s: %s", ".".join(map(str, path)), problem)
        return last if problems else rules

    def all_categories(self) -> list[dict[str, Any]]:
        return self.dicts(SQL.all_categories)

    def put_grids(self, rows: Sequence[dict[str, Any]]) -> None:
        self.run(SQL.put_grids, rows=to_json(rows))

    def put_members(self, rows: Sequence[dict[str, Any]]) -> None:
        self.run(SQL.put_members, rows=to_json(rows))

    def put_classes(self, rows: Sequence[dict[str, Any]]) -> None:
        self.run(SQL.put_classes, rows=to_json(rows))

    def put_categories(self, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Those that are new or have changed."""
        return self.dicts(SQL.put_categories, rows=to_json(rows))

    def replace_places(self, cameras: Sequence[dict[str, Any]], names: Sequence[dict[str, Any]]) -> None:
        """All cameras and all names of a town folder."""
        self.run(SQL.replace_cameras, rows=to_json(cameras))
        self.run(SQL.empty_gazetteer)
        self.run(SQL.add_names, rows=to_json(names))
