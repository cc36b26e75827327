"""Areas and members as files: CSV, XLSX, GeoJSON for areas, JSON from programs; what goes out can come in again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson

from shared.tables import MOST_ROWS, TableError, csv_of, rows_of, xlsx_of

Row = dict[str, Any]
CSV, XLSX, GEOJSON = FORMATS = ("csv", "xlsx", "geojson")
TYPES = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    GEOJSON: "application/geo+json",
}
AREA_COLUMNS = ("grid_id", "code", "name", "level", "parent_id", "households")
MEMBER_COLUMNS = ("member_id", "name", "role", "grid_id", "language", "on_duty", "active", "skills")


def rows_in(file: Path) -> Iterator[Row]:
    """The entries of a file, in order. Raises TableError."""
    with file.open("rb") as raw:
        start = raw.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"{"):
        return _features(file)
    return _objects(file) if start.startswith(b"[") else rows_of(file)


def areas_as(form: str, areas: Iterable[Row]) -> bytes:
    """Areas that lie somewhere; only GeoJSON says where."""
    alive = [area for area in areas if area["geometry"]]
    return _collection(alive) if form == GEOJSON else _table(form, AREA_COLUMNS, alive)


def members_as(form: str, members: Iterable[Row]) -> bytes:
    """Members on the roll, without phones and chat ids: dispatch cannot open them, and a file without them, read in
    again, leaves them as they are."""
    shown = [member | {"skills": "|".join(member["skills"])} for member in members if member["active"]]
    return _table(form, MEMBER_COLUMNS, shown)


def report_as_csv(outcomes: Iterable[Any]) -> str:
    """What became of each row."""
    lines = [
        (
            o.row,
            o.key,
            o.outcome,
            "|".join(o.fields),
            "; ".join(f"{r.field}: {r.problem}: {r.repair}" for r in o.reasons),
        )
        for o in outcomes
    ]
    return csv_of([("row", "id", "outcome", "changed", "reasons"), *lines])


def _objects(file: Path) -> Iterator[Row]:
    """A JSON list of entries: what programs hand in."""
    try:
        entries = json.loads(file.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise TableError(f"{file.name} is no JSON: {error}") from error
    if len(entries) > MOST_ROWS or not all(isinstance(entry, dict) for entry in entries):
        raise TableError(f"{file.name} is no JSON list of at most {MOST_ROWS} objects")
    yield from entries


def _features(file: Path) -> Iterator[Row]:
    try:
        document = json.loads(file.read_text(encoding="utf-8-sig"))
        features = document["features"] if document.get("type") == "FeatureCollection" else None
    except (ValueError, KeyError, RecursionError) as error:
        raise TableError(f"{file.name} is no GeoJSON: {error}") from error
    if not isinstance(features, list) or len(features) > MOST_ROWS:
        raise TableError(f"{file.name} is no FeatureCollection of areas: see deploy/towns/format.md")
    for feature in features:
        if not isinstance(feature, dict) or not isinstance(feature.get("properties"), dict):
            raise TableError(f"{file.name}: a feature has no properties: see deploy/towns/format.md")
        yield feature["properties"] | {"geometry": feature.get("geometry")}


def _collection(areas: Sequence[Row]) -> bytes:
    features = [
        {"type": "Feature", "properties": {name: a[name] for name in AREA_COLUMNS}, "geometry": a["geometry"]}
        for a in areas
    ]
    return b'{"type":"FeatureCollection","features":[\n' + b",\n".join(map(orjson.dumps, features)) + b"\n]}\n"


def _table(form: str, columns: Sequence[str], rows: Sequence[Row]) -> bytes:
    lines = [columns, *([_cell(row[name]) for name in columns] for row in rows)]
    return xlsx_of(lines) if form == XLSX else csv_of(lines).encode()


def _cell(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value
