"""Dispatch's commands for administrators: `python -m services.dispatch.admin --help`."""

from __future__ import annotations

import csv
import json
import os
import sys
from pathlib import Path
from typing import Any

import yaml

from services.dispatch import use_cases
from services.dispatch.commands import COMMANDS
from services.dispatch.config import load
from services.dispatch.errors import DispatchError
from services.dispatch.store import Row, Work
from shared.admin import OpenWork, main
from shared.sealing import KeyRing
from shared.settings import Environment, Settings


def load_town(folder: Path, open_work: OpenWork, settings: Settings) -> dict[str, Any]:
    """grids.geojson, members.csv and calendar.yaml of a town folder (deploy/towns/format.md); needs KEY_RING."""
    keys = KeyRing(Environment(os.environ).get("KEY_RING"))
    features = json.loads((folder / "grids.geojson").read_text(encoding="utf-8"))["features"]
    with (folder / "members.csv").open(encoding="utf-8-sig", newline="") as file:
        members = [_member(row) for row in csv.DictReader(file)]
    calendar = yaml.safe_load((folder / "calendar.yaml").read_text(encoding="utf-8"))
    return use_cases.load_town([_grid(feature) for feature in features], members, calendar, keys, open_work)


def _grid(feature: dict[str, Any]) -> Row:
    return {"households": None} | feature["properties"] | {"geometry": feature["geometry"]}


def _member(row: dict[str, str]) -> Row:
    return row | {"phone": row["phone"] or None, "on_duty": row["on_duty"] == "true"}


if __name__ == "__main__":
    sys.exit(
        main(
            load,
            Work,
            load_town,
            {"grids": use_cases.resay_grids, "members": use_cases.resay_members},
            COMMANDS,
            (DispatchError,),
            use_cases.check_rules,
        )
    )
