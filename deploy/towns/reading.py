"""The content of a town folder, as it stands in the files."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from shared import marked

Rows = list[dict[str, Any]]
OPTIONAL = ("duty.yaml", "projects.yaml", "services.yaml", "channels.yaml")


@dataclass(frozen=True)
class Town:
    """The content of a town folder, as it stands in the files."""

    features: Rows
    members: Rows
    classes: Rows
    categories: Rows
    sources: Rows
    calendar: dict[str, Any]
    rules: dict[str, dict[str, Any]]
    reports: Rows
    cameras: Rows = field(default_factory=list)
    names: Rows = field(default_factory=list)
    marks: dict[str, marked.Marked] = field(default_factory=dict)  # the rule sets again, with their lines
    duty: marked.Marked | None = None
    channels: marked.Marked | None = None
    projects: marked.Marked | None = None
    services: marked.Marked | None = None

    @property
    def areas(self) -> Rows:
        return [feature["properties"] for feature in self.features]


def read_town(folder: Path) -> Town:
    """OSError or ValueError (with the file's name) when a file is missing or cannot be read."""
    catalogue, reports = _yaml(folder / "categories.yaml"), folder / "reports.yaml"
    optional = {path.stem: marked.read(path) for path in map(folder.joinpath, OPTIONAL) if path.exists()}
    marks = {path.name: marked.read(path) for path in sorted((folder / "rules").glob("*.yaml"))}
    return Town(
        features=json.loads((folder / "grids.geojson").read_text(encoding="utf-8-sig"))["features"],
        members=_table(folder / "members.csv"),
        classes=catalogue["classes"],
        categories=catalogue["categories"],
        sources=_yaml(folder / "sources.yaml")["sources"],
        calendar=_yaml(folder / "calendar.yaml"),
        rules={name: mark.value for name, mark in marks.items()},
        reports=_yaml(reports)["reports"] if reports.exists() else [],
        cameras=_table(folder / "cameras.csv", needed=False),
        names=_table(folder / "gazetteer.csv", needed=False),
        marks=marks,
        **optional,
    )


def _table(path: Path, needed: bool = True) -> Rows:
    if not needed and not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _yaml(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except yaml.YAMLError as error:
        raise ValueError(f"{path}: {error}") from error
