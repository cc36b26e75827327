"""Which grid an address text means, by the names of villages, roads and landmarks in it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from services.intake.domain.words import Finder, plain

VILLAGE, ROAD, LANDMARK = "village", "road", "landmark"
KINDS = (VILLAGE, ROAD, LANDMARK)  # from the wide to the narrow


@dataclass(frozen=True)
class Name:
    """One line of the gazetteer. `grids` are those that it may mean: one for a point, several for a village or a road
    through several grids."""

    name: str
    kind: str
    grids: frozenset[str]
    lon: float | None = None
    lat: float | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Address:
    """What a text says about the place: the names found in it, and the grids that all of them allow. `landmark` is the
    one that fixed the place, for its position."""

    names: tuple[str, ...] = ()
    grids: frozenset[str] = frozenset()
    landmark: Name | None = None


class Gazetteer:
    """The names of a town. A name may stand for several places (a 人民路 in two villages)."""

    def __init__(self, names: Iterable[Name] = ()):
        self._named: dict[str, list[Name]] = {}
        for name in names:
            for word in {plain(word) for word in (name.name, *name.aliases)}:
                self._named.setdefault(word, []).append(name)
        self._finder = Finder(self._named)

    def read(self, text: str) -> Address:
        """Names narrow each other: of a road that runs through two villages, only the part in the named one is left.

        No known name: no names. Names that contradict each other: no grids.
        """
        found = [self._named[word] for word in self._finder.find(plain(text))]
        grids: frozenset[str] | None = None
        for places in found:
            allowed = frozenset(grid for place in places for grid in place.grids)
            grids = allowed if grids is None else grids & allowed
        names = tuple(places[0].name for places in found)
        return Address(names, grids or frozenset(), _landmark(found, grids or frozenset()))


def _landmark(found: list[list[Name]], grids: Collection[str]) -> Name | None:
    """The one landmark that is meant, when exactly one is left."""
    left = [
        place
        for places in found
        for place in places
        if place.kind == LANDMARK and place.lon is not None and place.grids & set(grids)
    ]
    return left[0] if len(left) == 1 else None


def grids_of(kind: str, grid_id: str | None, grid_there: str | None, tree: Mapping[str, str]) -> frozenset[str]:
    """The grids that a line may mean. `grid_there` holds its position; `tree` is grid → its parent area.

    A grid_id of a grid means that grid, one of a village all grids in it. Without one the position decides; a village
    is then all of the village around it.
    """
    if kind == VILLAGE and not grid_id and grid_there:
        grid_id = tree[grid_there] or grid_there
    area = grid_id or grid_there
    return (
        frozenset([area])
        if area and area in tree
        else frozenset(grid for grid, parent in tree.items() if parent == area)
    )
