"""The sample town's calendar and rule sets, and a small crew, for tests of rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from services.dispatch.domain.assignment import Roster
from services.dispatch.domain.calendar import Calendar
from services.dispatch.domain.escalation import Rules
from services.dispatch.domain.policy import Policies
from services.dispatch.domain.posts import Member

TOWN = Path(__file__).parents[2] / "deploy" / "towns" / "qiuchuan"
ZONE = ZoneInfo("Asia/Shanghai")
GRID, OTHER_GRID = "g1", "g2"
CREW = (
    ("w1", "worker", GRID),
    ("w2", "worker", GRID),
    ("w3", "worker", OTHER_GRID),
    ("l1", "leader", GRID),
    ("l2", "leader", OTHER_GRID),
    ("c1", "checker", "town"),
    ("d1", "desk", "town"),
    ("d2", "desk", "town"),
)
NAMES = tuple(name for name, _, _ in CREW)


def read(name: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((TOWN / name).read_text(encoding="utf-8"))
    return document


CALENDAR = Calendar.of(read("calendar.yaml"))
RULES = {name: Rules.of(read(f"rules/{name}.yaml")["dispatch"]) for name in ("normal", "practice")}


def at(text: str) -> dt.datetime:
    """A moment of the town: `2026-11-23 09:00`, a Monday."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZONE)


def case_of(grid_id: str | None, **changes: Any) -> dict[str, Any]:
    """A case as dispatch keeps it."""
    known = {"id": "c", "number": "20261123-000001", "level": "P3", "kind": "complaint", "category": "0102"}
    return known | {"grid_id": grid_id, "lon": None, "lat": None, "service": None} | changes


def roster(
    off: Sequence[str] = (),
    handling: dict[str, int] | None = None,
    checking: dict[str, int] | None = None,
    given: dict[str, tuple[float, float]] | None = None,
    policies: Policies | None = None,
) -> Roster:
    """The crew, of whom those in `off` are not on duty."""
    members = [Member(name, role, unit, name not in off) for name, role, unit in CREW]
    return Roster(members, handling or {}, checking or {}, given, policies)
