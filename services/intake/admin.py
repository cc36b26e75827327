"""Intake's commands for administrators: `python -m services.intake.admin --help`."""

from __future__ import annotations

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
    """sources.yaml and categories.yaml of a town folder (deploy/towns/format.md)."""
    sources = yaml.safe_load((folder / "sources.yaml").read_text(encoding="utf-8"))["sources"]
    catalogue = yaml.safe_load((folder / "categories.yaml").read_text(encoding="utf-8"))
    return use_cases.load_town(sources, [_category(row) for row in catalogue["categories"]], open_work)


def _category(row: dict[str, Any]) -> dict[str, Any]:
    return {"time_limit": row.get("limit"), "keywords": row.get("keywords") or [], "class_code": row["class"]} | row


if __name__ == "__main__":
    sys.exit(main(load, Work, load_town, {"categories": use_cases.resay_categories}, COMMANDS, (IntakeError,)))
