"""Dispatch's commands for administrators: `python -m services.dispatch.admin --help`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from services.dispatch import use_cases
from services.dispatch.adapters.registry import rows_in
from services.dispatch.commands import COMMANDS
from services.dispatch.commands.duty import load_rosters
from services.dispatch.commands.projects import load_projects
from services.dispatch.commands.services import load_services
from services.dispatch.config import DispatchSettings, load
from services.dispatch.errors import DispatchError
from services.dispatch.store import Work
from shared.admin import OpenWork, main
from shared.sealing import SealingKey
from shared.settings import Settings


def load_town(folder: Path, open_work: OpenWork, settings: Settings) -> dict[str, Any]:
    """grids.geojson, members.csv, calendar.yaml and, where they are there, duty.yaml, services.yaml and projects.yaml
    of a town folder (deploy/towns/format.md)."""
    assert isinstance(settings, DispatchSettings)
    areas, members = (rows_in(folder / name) for name in ("grids.geojson", "members.csv"))
    calendar = yaml.safe_load((folder / "calendar.yaml").read_text(encoding="utf-8"))
    loaded = use_cases.load_town(areas, members, calendar, SealingKey(settings.sealing_key), open_work)
    duty = folder / "duty.yaml"
    if duty.exists():
        loaded |= {"rosters": load_rosters(duty, "load-town", open_work)["rosters"]}
    projects = folder / "projects.yaml"
    if projects.exists():
        loaded |= {"projects": load_projects(projects, "load-town", open_work)}
    services = folder / "services.yaml"
    if services.exists():
        loaded |= {"services": load_services(services, open_work)["services"]}
    return loaded


AGAIN: dict[str, Callable[[OpenWork], int]] = {"grids": use_cases.resay_grids, "members": use_cases.resay_members}

if __name__ == "__main__":
    sys.exit(main(load, Work, load_town, AGAIN, COMMANDS, (DispatchError,), use_cases.check_rules))
