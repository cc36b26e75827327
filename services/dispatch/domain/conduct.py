"""What the town asks of those who act: the parts `evidence`, `extension`, `transfers` and `awaited` of the section
`dispatch` of a rule set (deploy/towns/format.md). Read whole or refused whole; defaults are those of domain.md
section 4."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from services.dispatch.domain import awaited_data
from services.dispatch.domain.awaited_data import USUALLY, Awaited
from shared.checks import Problem

_MOST_METRES = 5000


@dataclass(frozen=True)
class Demand:
    """What must be shown when a matter of these categories is resolved: so many photos of before and after, a note, and
    that the member is so near. It goes by the beginning of the category."""

    category: str = ""
    before: int = 0
    after: int = 0
    note: bool = False
    within_m: float | None = None


ANYTHING = Demand()


@dataclass(frozen=True)
class Conduct:
    """`extensions` of an order at most, each by at most `extension_share` of its limit; `transfers` of an order that
    units may make among themselves: whatever is handed on once more goes to the coordination desk."""

    demands: tuple[Demand, ...] = ()
    extensions: int = 1
    extension_share: float = 1.0
    transfers: int = 2
    awaited: Awaited = USUALLY

    @classmethod
    def of(cls, section: dict[str, Any]) -> Conduct:
        """Of a section without problems."""
        extension = section.get("extension") or {}
        return cls(
            tuple(Demand(**demand) for demand in section.get("evidence") or ()),
            extension.get("times", cls.extensions),
            float(extension.get("share", cls.extension_share)),
            section.get("transfers", cls.transfers),
            Awaited.of_rules(section.get("awaited")),
        )

    def demand(self, category: str) -> Demand:
        """Of those that fit the category, the most particular."""
        fitting = (demand for demand in self.demands if category.startswith(demand.category))
        return max(fitting, key=lambda demand: len(demand.category), default=ANYTHING)


def problems(section: dict[str, Any]) -> list[Problem]:
    """All that is wrong in these parts of a section; with problems it must not be used."""
    evidence = section.get("evidence") or []
    found: list[Problem] = []
    if isinstance(evidence, list):
        for at, demand in enumerate(evidence):
            found += _mapping(demand, ("evidence", at), _DEMAND)
        found += _repeated(evidence)
    else:
        found.append((("evidence",), "this is no list", 'write - {category: "01", after: 1}'))
    found += _mapping(section.get("extension") or {}, ("extension",), _EXTENSION)
    if not _whole(0, 20)(section.get("transfers", Conduct.transfers)):
        found.append((("transfers",), "this is no number of transfers", "write a whole number from 0 to 20, usually 2"))
    return [*found, *awaited_data.problems(section.get("awaited"))]


def _whole(least: int, most: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _number(least: float, most: float) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most


Keys = dict[str, tuple[Callable[[Any], bool], str]]

_DEMAND: Keys = {
    "category": (lambda value: isinstance(value, str) and len(value) <= 20, 'the beginning of a code, in quotes: "01"'),
    "before": (_whole(0, 9), "a number of photos, from 0 to 9"),
    "after": (_whole(0, 9), "a number of photos, from 0 to 9"),
    "note": (lambda value: isinstance(value, bool), "true or false"),
    "within_m": (_number(1, _MOST_METRES), f"metres, from 1 to {_MOST_METRES}"),
}
_EXTENSION: Keys = {
    "times": (_whole(0, 9), "a whole number from 0 to 9"),
    "share": (_number(0.1, 5), "a share of the limit, from 0.1 to 5"),
}


def _mapping(value: Any, path: tuple[Any, ...], keys: Keys) -> list[Problem]:
    if not isinstance(value, dict):
        return [(path, "this is no mapping", f"use {', '.join(keys)}")]
    found = [((*path, key), f"nobody reads {key!r}", f"use {', '.join(keys)}") for key in value.keys() - keys.keys()]
    for key in value.keys() & keys.keys():
        fits, repair = keys[key]
        if not fits(value[key]):
            found.append(((*path, key), f"{value[key]!r} does not fit", f"write {repair}"))
    return found


def _repeated(demands: Sequence[Any]) -> list[Problem]:
    found: list[Problem] = []
    seen: set[str] = set()
    for at, demand in enumerate(demands):
        category = demand.get("category", "") if isinstance(demand, dict) else None
        if isinstance(category, str):
            if category in seen:
                repair = "say everything about a category in one entry"
                found.append((("evidence", at), f"{category!r} stands twice", repair))
            seen.add(category)
    return found
