"""Grids are split and merged: what becomes of their areas and of those who work there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import shapely
from shapely.geometry import mapping, shape

from services.dispatch.domain.areas import GRID, MICRO_GRID, Problem, area_of, place_in
from services.dispatch.domain.posts import LEADER, WORKER

Record = dict[str, Any]
TOLERANCE = (
    0.01  # share of the grid that its parts may leave out, reach beyond, or have twice: borders are drawn by hand
)


class Redrawn(NamedTuple):
    """Entries for the registry, and which grids lie in the place of which."""

    areas: list[Record]
    members: list[Record]
    successors: dict[str, list[str]]


def split(
    grid: Record, parts: Sequence[Record], areas: Mapping[str, Record], members: Sequence[Record]
) -> Redrawn | list[Problem]:
    """The grid becomes its parts (grid_id, code, name, geometry, members, households); its micro grids go to the part
    that they lie in."""
    if problems := [*_unfit([grid]), *_unfit_parts(grid, parts, areas), *_undecided(grid, parts, members)]:
        return problems
    fresh = [_area(part, grid["level"], grid["parent_id"]) for part in parts]
    below = [area for area in areas.values() if area["parent_id"] == grid["grid_id"] and area["geometry"]]
    within = [{"grid_id": area["grid_id"], "parent_id": _holder(area, fresh)} for area in below]
    posts = [{"member_id": member, "grid_id": part["grid_id"]} for part in parts for member in part["members"]]
    return Redrawn([*fresh, *within, _gone(grid)], posts, {grid["grid_id"]: [part["grid_id"] for part in parts]})


def merge(
    grids: Sequence[Record], into: Record, areas: Mapping[str, Record], members: Sequence[Record]
) -> Redrawn | list[Problem]:
    """The grids become one: a new one, or one of them that goes on (grid_id, code, name)."""
    ids = [grid["grid_id"] for grid in grids]
    goes_on = into["grid_id"] in ids
    if problems := [*_unfit(grids), *_unlike(grids), *([] if goes_on else _known([into], areas))]:
        return problems
    kept = areas.get(into["grid_id"], {})
    whole = shapely.union_all([shape(grid["geometry"]) for grid in grids])
    counts = [grid["households"] for grid in grids]
    merged = {"code": kept.get("code"), "name": kept.get("name")} | {name: v for name, v in into.items() if v}
    merged |= {"geometry": mapping(whole), "households": None if None in counts else sum(counts)}
    if lacking := [name for name in ("code", "name") if not merged[name]]:
        return [Problem(into["grid_id"], f"into.{name}", "a new grid needs it", "say it") for name in lacking]
    within = [a for a in areas.values() if a["parent_id"] in ids and a["geometry"]]
    below = [{"grid_id": area["grid_id"], "parent_id": into["grid_id"]} for area in within]
    posts = [{"member_id": m["member_id"], "grid_id": into["grid_id"]} for m in members if m["grid_id"] in ids]
    gone = [grid for grid in grids if grid["grid_id"] != into["grid_id"]]
    entries = [_area(merged, grids[0]["level"], grids[0]["parent_id"]), *below, *map(_gone, gone)]
    return Redrawn(entries, posts, {grid["grid_id"]: [into["grid_id"]] for grid in gone})


def _unfit(grids: Sequence[Record]) -> list[Problem]:
    return [
        Problem(
            grid["grid_id"], "grid_id", f"{grid['grid_id']} is {grid['level']}", "split and merge grids, micro grids"
        )
        for grid in grids
        if grid["level"] not in (GRID, MICRO_GRID)
    ]


def _unlike(grids: Sequence[Record]) -> list[Problem]:
    if len({grid["grid_id"] for grid in grids}) < max(2, len(grids)):
        return [Problem(None, "grids", "these are not several grids", "name at least two, each once")]
    if len({(grid["level"], grid["parent_id"]) for grid in grids}) > 1:
        return [Problem(None, "grids", "they do not lie in the same area", "first enter the same parent_id for them")]
    return []


def _known(parts: Sequence[Record], areas: Mapping[str, Record]) -> list[Problem]:
    """An id stands for one grid for ever: what is written down about it must not come to mean another."""
    return [
        Problem(part["grid_id"], "grid_id", f"there is, or was, a grid {part['grid_id']}", "give it a new id")
        for part in parts
        if part["grid_id"] in areas
    ]


def _unfit_parts(grid: Record, parts: Sequence[Record], areas: Mapping[str, Record]) -> list[Problem]:
    """Parts must be new, several, and together the grid."""
    if len(parts) < 2 or max(Counter(part["grid_id"] for part in parts).values()) > 1:
        return [Problem(None, "parts", "these are not several parts", "give at least two, each with its own grid_id")]
    if problems := _known(parts, areas):
        return problems
    for part in parts:
        try:
            area_of(part["geometry"])
        except ValueError as error:
            return [Problem(part["grid_id"], "geometry", f"{part['grid_id']} {error}", "draw it anew")]
    whole, shapes = shape(grid["geometry"]), [shape(part["geometry"]) for part in parts]
    together = shapely.union_all(shapes)
    amiss = {
        "leave a part of the grid out": whole.difference(together).area,
        "reach beyond the grid": together.difference(whole).area,
        "overlap": sum(part.area for part in shapes) - together.area,
    }
    wrong = [
        f"they {what}: {size / whole.area:.0%} of it" for what, size in amiss.items() if size > TOLERANCE * whole.area
    ]
    return [Problem(None, "parts", problem, "draw their borders anew") for problem in wrong]


def _undecided(grid: Record, parts: Sequence[Record], members: Sequence[Record]) -> list[Problem]:
    """Everybody who works in the grid goes to one part, and each part has somebody."""
    crew = {
        member["member_id"]: member for member in members if member["grid_id"] == grid["grid_id"] and member["active"]
    }
    named = Counter(member for part in parts for member in part["members"])
    found = [
        Problem(member, "members", f"{member} does not work in {grid['grid_id']}", "leave them out")
        for member in named.keys() - crew.keys()
    ]
    wrong = [member for member in crew if named[member] != 1]
    found += [Problem(m, "members", f"{m} is in {named[m]} of the parts", "put them into one") for m in wrong]
    for part in parts if grid["level"] == GRID and not found else ():
        if not any(crew[member]["role"] in (WORKER, LEADER) for member in part["members"]):
            found.append(
                Problem(part["grid_id"], "members", f"{part['grid_id']} has neither worker nor leader", "add one")
            )
    return found


def _area(part: Record, level: str, parent_id: str | None) -> Record:
    fields = {name: part.get(name) for name in ("grid_id", "code", "name", "geometry", "households")}
    return fields | {"level": level, "parent_id": parent_id, "area": area_of(part["geometry"])}


def _holder(area: Record, parts: Sequence[Record]) -> str:
    point = shape(area["geometry"]).representative_point()
    return place_in(parts, point.x, point.y)


def _gone(grid: Record) -> Record:
    return {"grid_id": grid["grid_id"], "geometry": None, "area": 0.0}
