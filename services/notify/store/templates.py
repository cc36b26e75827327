"""The words in force: those that the product comes with, and in their place those that the town has published."""

from __future__ import annotations

import time
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from services.notify.domain.templates import Templates, Version
from services.notify.store.base import SQL, Row, Rows

SHIPPED_IN = Path(__file__).parents[1] / "templates"
SHIPPED = 0  # the version of what the product comes with
LOOKED_FOR = 1.0  # seconds that a process goes on with the words it knows


class _Known(NamedTuple):
    """The words of a town, as a process knows them; `stamp`: the newest change of them, `at`: when it was looked at."""

    stamp: int
    templates: Templates
    at: float


_known: dict[str, _Known] = {}


@lru_cache(maxsize=1)
def shipped() -> Templates:
    """The words that the product comes with."""
    files = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(SHIPPED_IN.glob("*.yaml"))]
    return Templates.of(Version(kind, SHIPPED, words) for file in files for kind, words in file.items())


class TemplateRows(Rows):
    """Versions of words; none is ever changed, and what is done with them is a row more."""

    # gather

    def templates(self) -> Templates:
        """The words in force, a second ago at most: what is published is used by every process from then on."""
        known, now = _known.get(self.address), time.monotonic()
        if known and now - known.at < LOOKED_FOR:
            return known.templates
        stamp = self.one(SQL.template_stamp)[0]
        if known and known.stamp == stamp:
            _known[self.address] = known._replace(at=now)
            return known.templates
        rows = self.all(SQL.templates_in_force)
        templates = shipped().with_words(Version(*row) for row in rows)
        _known[self.address] = _Known(stamp, templates, now)
        return templates

    def template_version(self, kind: str, version: int) -> Version | None:
        """One version of the words of a kind, whatever its state; 0 is what the product comes with."""
        if version == SHIPPED:
            return shipped().version(kind)
        found = self.one(SQL.template_version, kind=kind, version=version)
        return Version(*found) if found else None

    def lock_template(self, kind: str) -> Row:
        """Of a kind: `newest`, the newest version; `in_force`; `before`, the version that was in force before that was
        published. Nobody else drafts or publishes until the end."""
        self.run(SQL.lock_templates)
        return self.dicts(SQL.template_state, kind=kind)[0]

    # record

    def add_template(self, row: dict[str, Any]) -> None:
        """kind, version, words, author, reason."""
        self.write(SQL.add_template, [row])

    def note_template(self, row: dict[str, Any]) -> None:
        """kind, version, before, action, who, reason."""
        self.write(SQL.note_template, [row])
