"""Reading and writing the files of a town folder (format.md). The same content gives the same bytes everywhere."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import shapely
import yaml
from shapely.geometry import mapping

HERE = Path(__file__).parent
MATERIAL = HERE / "qiuchuan_material.yaml"
SAMPLE = HERE / "qiuchuan"
HAND_WRITTEN = ("categories.yaml", "rules/normal.yaml", "rules/practice.yaml")


@dataclass(frozen=True)
class Area:
    """A township, village, grid or micro grid. `geometry` is WGS84."""

    grid_id: str
    code: str
    name: str
    level: str
    parent_id: str | None
    geometry: shapely.Geometry
    households: int | None = None

    def as_feature(self) -> dict[str, Any]:
        properties = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "geometry"}
        if self.households is None:
            del properties["households"]
        return {"type": "Feature", "properties": properties, "geometry": mapping(self.geometry)}


@dataclass(frozen=True)
class Member:
    """A member as a line of members.csv; `grid_id` is the area that the member works in, `skills` the codes of
    what it can do, separated by | (none: everything)."""

    member_id: str
    name: str
    role: str
    grid_id: str
    phone: str
    language: str = "zh"
    on_duty: str = "true"
    skills: str = ""


@dataclass(frozen=True)
class Name:
    """A line of gazetteer.csv: `aliases` separated by |; the position in WGS84."""

    name: str
    aliases: str
    kind: str
    lon: str
    lat: str
    grid_id: str = ""


@dataclass(frozen=True)
class Camera:
    """A line of cameras.csv."""

    camera_id: str
    name: str
    lon: str
    lat: str
    grid_id: str = ""


def write_areas(folder: Path, areas: Sequence[Area]) -> None:
    """grids.geojson, one area a line."""
    lines = ",\n".join(json.dumps(area.as_feature(), ensure_ascii=False) for area in areas)
    write_text(folder / "grids.geojson", f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n')


def write_members(folder: Path, members: Sequence[Member]) -> None:
    """members.csv."""
    write_table(folder / "members.csv", members)


def write_table(path: Path, rows: Sequence[Member] | Sequence[Name] | Sequence[Camera]) -> None:
    """A CSV file with the fields of its rows as columns."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, [field.name for field in fields(rows[0])], lineterminator="\n")
        table.writeheader()
        table.writerows(asdict(row) for row in rows)


def write_yaml(path: Path, content: dict[str, Any], heading: str) -> None:
    """`heading` becomes comment lines at the top."""
    comment = "".join(f"# {line}\n" for line in heading.splitlines())
    write_text(path, comment + "\n" + yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=120))


def write_text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def read_yaml(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content


def copy_sample(folder: Path, *names: str) -> None:
    """Files of the sample town that suit any town."""
    for name in names:
        write_text(folder / name, (SAMPLE / name).read_text(encoding="utf-8"))


def invented_names(count: int, rng: random.Random) -> list[str]:
    """Different names of nobody: a common surname and one or two common characters."""
    material = read_yaml(MATERIAL)
    names: dict[str, None] = {}
    while len(names) < count:
        given = rng.sample(material["given"], rng.choice((1, 2, 2, 2)))
        names[rng.choice(material["surnames"]) + "".join(given)] = None
    return list(names)


def invented_phone(number: int) -> str:
    """A number in a block that no operator has handed out to these people: 19900000001 and on."""
    return str(19_900_000_000 + number)
