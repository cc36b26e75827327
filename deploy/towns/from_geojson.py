"""Turn any GeoJSON of areas into a town folder, so that a city's own table of requests can be replayed into it."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import shape

from deploy.towns import files
from deploy.towns.files import Area, Member

TOWNSHIP = "town"
CREW = ("leader", "worker", "worker")  # invented members of every grid
OTHER = {"code": "9999", "name_zh": "其他", "name_en": "Other matter"}
SOURCE = {
    "name": "replay",
    "kind": "generic",
    "name_zh": "历史数据回放",
    "name_en": "Replay of a table",
    "auto_accept": True,
    "asks_reporter": False,
    "feedback": ["report_received", "report_rejected", "dispatched"],
}


def write_town(
    folder: Path, geojson_path: Path, name_property: str = "name", categories: Sequence[str] | None = None
) -> None:
    """Write a town folder (format.md) from a FeatureCollection of Polygons and MultiPolygons, which may overlap.

    Grids are `g001`… in the order of the file, named by `name_property`; each gets a leader and two workers, the
    township `desk1`. The catalogue has one category per name in `categories` (codes 0001, 0002, …, and 9999 for
    others), or is that of the sample town. ValueError when the file has no such areas.
    """
    grids = _grids(geojson_path, name_property)
    whole = shapely.union_all([grid.geometry for grid in grids])
    files.write_areas(folder, [Area(TOWNSHIP, TOWNSHIP, folder.name, "township", None, whole), *grids])
    files.write_members(folder, _members([grid.grid_id for grid in grids]))
    files.write_yaml(folder / "sources.yaml", {"sources": [SOURCE]}, "Where reports come from.")
    files.copy_sample(folder, "calendar.yaml", *files.HAND_WRITTEN)
    if categories:
        files.write_yaml(folder / "categories.yaml", _catalogue(categories), "The catalogue of the replayed table.")


def _grids(path: Path, name_property: str) -> list[Area]:
    features = json.loads(path.read_text(encoding="utf-8")).get("features") or []
    grids = []
    for number, feature in enumerate(features, start=1):
        geometry = shape(feature["geometry"]) if feature.get("geometry") else None
        if geometry is None or geometry.geom_type not in ("Polygon", "MultiPolygon"):
            raise ValueError(f"{path}: feature {number} is not an area; keep only Polygons and MultiPolygons")
        properties = feature.get("properties") or {}
        if name_property not in properties:
            raise ValueError(f"{path}: feature {number} has no property {name_property!r} but {sorted(properties)}")
        grid_id, name = f"g{number:03d}", str(properties[name_property])
        grids.append(Area(grid_id, grid_id, name, "grid", TOWNSHIP, _valid(geometry)))
    if not grids:
        raise ValueError(f"{path}: there is no feature; give a FeatureCollection of areas")
    return grids


def _valid(geometry: shapely.Geometry) -> shapely.Geometry:
    """The area itself; where its ring crosses itself, what it most likely means."""
    if geometry.is_valid:
        return geometry
    return shapely.make_valid(geometry, method="structure", keep_collapsed=False)


def _members(grid_ids: Sequence[str]) -> list[Member]:
    posts = [(role, grid_id) for grid_id in grid_ids for role in CREW]
    names = files.invented_names(len(posts) + 1, random.Random(len(posts)))
    members = [
        Member(f"m{number:03d}", names[number - 1], role, grid_id, files.invented_phone(number))
        for number, (role, grid_id) in enumerate(posts, start=1)
    ]
    return [*members, Member("desk1", names[-1], "desk", TOWNSHIP, files.invented_phone(len(posts) + 1))]


def _catalogue(names: Sequence[str]) -> dict[str, Any]:
    rows = [{"code": f"{number:04d}", "name_zh": name, "name_en": name} for number, name in enumerate(names, start=1)]
    common = {"class": "00", "platform": "public_service", "level": "P3", "kind": "report", "keywords": []}
    classes = [{"code": "00", "name_zh": "全部", "name_en": "All"}]
    return {"classes": classes, "categories": [row | common for row in [*rows, OTHER]]}
