"""Where a place lies: the smallest grid that holds it, then the one with the lower code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.geometry import shape

NO_POSITION, OUTSIDE = "no_position", "outside_grids"


@dataclass(frozen=True)
class Located:
    """A grid, or why there is none (then the desk takes the case). `among` counts the grids that hold the place."""

    grid_id: str | None
    desk_reason: str | None
    among: int = 0


class Locator:
    """Grids by place. `grids` are (grid_id, code, GeoJSON geometry in WGS84, area)."""

    def __init__(self, grids: Sequence[tuple[str, str, dict[str, Any], float]]):
        self._grids = sorted(grids, key=lambda grid: (grid[3], grid[1]))  # so the best is the first
        self._tree = shapely.STRtree([shape(grid[2]) for grid in self._grids])

    def locate(self, places: Sequence[tuple[float | None, float | None]]) -> list[Located]:
        """For each (lon, lat), in order. A missing coordinate, or both zero (a form left empty), is no position."""
        known = [i for i, (lon, lat) in enumerate(places) if lon is not None and lat is not None and (lon or lat)]
        found = [Located(None, NO_POSITION)] * len(places)
        if not known:
            return found
        points = shapely.points([places[i] for i in known])
        hits: dict[int, list[int]] = {}
        for point, grid in zip(*self._tree.query(points, predicate="intersects"), strict=True):
            hits.setdefault(int(point), []).append(int(grid))
        for at, index in enumerate(known):
            among = hits.get(at, [])
            found[index] = Located(self._grids[min(among)][0], None, len(among)) if among else Located(None, OUTSIDE)
        return found
