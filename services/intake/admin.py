"""Intake's commands for administrators: `python -m services.intake.admin --help`."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Any

import yaml

from services.intake import use_cases
from services.intake.commands import COMMANDS
from services.intake.config import load
from services.intake.errors import IntakeError
from services.intake.store import Work
from shared.admin import OpenWork, main
from shared.settings import Settings


def load_town(folder: Path, open_work: OpenWork, settings: Settings) -> dict[str, Any]:
    """sources.yaml and categories.yaml of a town folder, cameras.csv and gazetteer.csv where they are there
    (deploy/towns/format.md)."""
    sources = yaml.safe_load((folder / "sources.yaml").read_text(encoding="utf-8"))["sources"]
    catalogue = yaml.safe_load((folder / "categories.yaml").read_text(encoding="utf-8"))
    town = use_cases.TownFolder(
        sources,
        catalogue["classes"],
        [_category(row) for row in catalogue["categories"]],
        [_placed(row) for row in _table(folder / "cameras.csv")],
        [
            _placed(row) | {"aliases": [alias for alias in row["aliases"].split("|") if alias]}
            for row in _table(folder / "gazetteer.csv")
        ],
    )
    return use_cases.load_town(town, open_work)


def _table(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _placed(row: dict[str, str]) -> dict[str, Any]:
    position = {name: float(row[name]) if row[name] else None for name in ("lon", "lat")}
    return row | position | {"grid_id": row["grid_id"] or None}


def _category(row: dict[str, Any]) -> dict[str, Any]:
    return {"time_limit": row.get("limit"), "keywords": row.get("keywords") or [], "class_code": row["class"]} | row


if __name__ == "__main__":
    sys.exit(
        main(
            load,
            Work,
            load_town,
            {"categories": use_cases.resay_categories, "sources": use_cases.resay_sources},
            COMMANDS,
            (IntakeError,),
            use_cases.check_rules,
        )
    )
