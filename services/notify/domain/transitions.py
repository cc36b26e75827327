"""What has happened to a case, and where: the facts that decide who hears of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

NOWHERE = "-"  # the area of what lies in no grid
_DEEPEST = 12  # areas above each other; a town has four
_NO_WORD = re.compile(r"[^A-Za-z0-9_-]")


@dataclass(frozen=True)
class Facts:
    """Of one case: `area` is the path of areas in which it lies, from the root down to its grid; empty: in none."""

    number: str
    level: str
    kind: str
    category: str
    area: tuple[str, ...]
    sources: tuple[str, ...]
    merged_into: str | None = None


@dataclass(frozen=True)
class Transition:
    """One thing that has happened: `name` as the field says it (`work_assigned`), `said` what the message told."""

    event_id: str
    name: str
    at: str
    facts: Facts
    said: Mapping[str, Any]

    @property
    def round(self) -> int | None:
        return self.said.get("round")

    @property
    def key(self) -> str:
        """The routing key on the exchange `feed`: `<name>.<category>.<area>.<area>…`."""
        where = [word(area) for area in self.facts.area] or [NOWHERE]
        return ".".join([self.name, word(self.facts.category), *where])


def word(text: str) -> str:
    """As one word of a routing key: nothing in it separates words, or stands for others."""
    return _NO_WORD.sub("_", text) or NOWHERE


def name_of(kind: str) -> str:
    """`dispatch.work_assigned.v1` → `work_assigned`."""
    return kind.split(".")[1]


def path_of(area: str | None, parents: Mapping[str, str | None]) -> tuple[str, ...]:
    """From the root down to this area; an area that is not known is its own root."""
    path: list[str] = []
    while area and area not in path and len(path) < _DEEPEST:
        path.append(area)
        area = parents.get(area)
    return tuple(reversed(path))
