"""The tree of areas: township → village → grid → micro grid; how large an area is, and in which a place lies.

An area without a geometry lies nowhere any more: it was split, merged, or is in the town's folder no more.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from shapely.errors import ShapelyError
from shapely.geometry import Point, shape

DEGREE = 111_320.0  # metres of one degree of latitude
TOWNSHIP, VILLAGE, GRID, MICRO_GRID = LEVELS = ("township", "village", "grid", "micro_grid")
PARENTS: dict[str, tuple[str | None, ...]] = {
    TOWNSHIP: (None,),
    VILLAGE: (TOWNSHIP,),
    GRID: (VILLAGE, TOWNSHIP),
    MICRO_GRID: (GRID,),
}
Area = Mapping[str, Any]
NO_POLYGON = "is no valid Polygon or MultiPolygon in degrees (WGS84)"


class Problem(NamedTuple):
    """What is wrong with an area or a member (None: with the whole town), and how to repair it."""

    key: str | None
    field: str
    problem: str
    repair: str


def area_of(geometry: Any) -> float:
    """Square metres of a GeoJSON polygon in WGS84, good enough to tell the smaller of two areas: degrees scaled at its
    middle latitude. Raises ValueError for what is no valid area."""
    try:
        polygon = shape(geometry)
        west, south, east, north = polygon.bounds
    except (ShapelyError, AttributeError, KeyError, IndexError, TypeError, ValueError) as error:
        raise ValueError(NO_POLYGON) from error
    right = polygon.geom_type in ("Polygon", "MultiPolygon") and polygon.is_valid and not polygon.is_empty
    if not right or max(-west, east) > 180 or max(-south, north) > 90:
        raise ValueError(NO_POLYGON)
    return float(polygon.area * DEGREE**2 * math.cos(math.radians(polygon.centroid.y)))


def tree_problems(areas: Iterable[Area]) -> list[Problem]:
    """What is wrong with a town's areas, taken together."""
    alive = {area["grid_id"]: area for area in areas if area["geometry"]}
    found = [problem for area in alive.values() for problem in _misplaced(area, alive)]
    codes = Counter(area["code"] for area in alive.values())
    for area in alive.values():
        if codes[area["code"]] > 1:
            found.append(
                Problem(area["grid_id"], "code", f"another area has the code {area['code']}", "give it its own")
            )
    if (townships := sum(area["level"] == TOWNSHIP for area in alive.values())) != 1:
        found.append(Problem(None, "level", f"there are {townships} townships", "have exactly one"))
    return found


def _misplaced(area: Area, alive: Mapping[str, Area]) -> list[Problem]:
    allowed, parent = PARENTS[area["level"]], alive.get(area["parent_id"] or "")
    if area["parent_id"] and parent is None:
        return [Problem(area["grid_id"], "parent_id", f"there is no area {area['parent_id']}", "name one of this town")]
    level = parent["level"] if parent else None
    if level in allowed:
        return []
    wanted = " or ".join(f"a {name}" if name else "nothing" for name in allowed)
    return [Problem(area["grid_id"], "parent_id", f"a {area['level']} lies in {wanted}", f"name {wanted}")]


def place_in(areas: Sequence[Area], lon: float | None, lat: float | None) -> str:
    """Which of these areas holds the position: the smallest, else the nearest; without one the first by id."""
    ordered = sorted(areas, key=lambda area: area["grid_id"])
    if lon is None or lat is None:
        return str(ordered[0]["grid_id"])
    point = Point(lon, lat)
    shapes = {area["grid_id"]: shape(area["geometry"]) for area in ordered}
    return str(min(ordered, key=lambda a: (shapes[a["grid_id"]].distance(point), shapes[a["grid_id"]].area))["grid_id"])
