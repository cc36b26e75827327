"""A tiny town for tests: square grids in a row, a few members, three sources."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shapely.geometry import Polygon, box

from deploy.towns import files
from deploy.towns.files import Area, Member

WEST, SOUTH, SIDE = 118.40, 28.92, 0.01  # of the first grid; degrees, WGS84
SOURCES = ("hotline", "portal", "patrol")
TOWNSHIP, VILLAGE = "330822111", "330822111201"


def write_small_town(folder: Path, grids: int = 4, members_per_grid: int = 3, chats: bool = False) -> None:
    """Write a town folder (format.md).

    Grids `g001`… lie side by side from 118.40 E, 28.92 N eastwards, 0.01° wide and high: the middle of the first is
    118.405, 28.925. Members `m001`… go grid by grid, a leader first, then workers; `guide1`, `checker1` and `desk1`
    follow; with `chats` they are known on the chat platforms, as `dingtalk-m001` and `wecom-m001`. Sources: hotline and
    patrol (accepted automatically), portal (the desk decides); both platforms send the generic report. Rules: normal
    and practice.
    """
    files.write_areas(folder, _areas(grids))
    members = _members(grids, members_per_grid)
    files.write_members(folder, [_with_chats(member) for member in members] if chats else members)
    files.copy_sample(folder, "calendar.yaml", *files.HAND_WRITTEN)
    sources = files.read_yaml(files.SAMPLE / "sources.yaml")["sources"]
    chosen = [_generic(source) for source in sources if source["name"] in SOURCES]
    files.write_yaml(folder / "sources.yaml", {"sources": chosen}, "Where reports come from.")


@dataclass(frozen=True)
class _Chatting(Member):
    """With an id on each chat platform."""

    dingtalk: str = ""
    wecom: str = ""


def _with_chats(member: Member) -> Member:
    return _Chatting(**vars(member), dingtalk=f"dingtalk-{member.member_id}", wecom=f"wecom-{member.member_id}")


def _generic(source: dict[str, Any]) -> dict[str, Any]:
    """The source as a platform without a language of its own: what tests and measures send is the generic report."""
    kind = "patrol" if source["kind"] == "patrol" else "generic"
    return {name: value for name, value in source.items() if name != "settings"} | {"kind": kind}


def _areas(grids: int) -> list[Area]:
    whole = _rectangle(0, grids)
    areas = [
        Area(TOWNSHIP, TOWNSHIP, "小镇", "township", None, whole),
        Area(VILLAGE, VILLAGE, "小村", "village", TOWNSHIP, whole),
    ]
    for at in range(1, grids + 1):
        code = f"{VILLAGE}{at:03d}"
        areas.append(Area(f"g{at:03d}", code, f"第{at}网格", "grid", VILLAGE, _rectangle(at - 1, at), 400))
    return areas


def _rectangle(first: int, last: int) -> Polygon:
    """From the west side of one square to that of another."""
    return box(round(WEST + SIDE * first, 6), SOUTH, round(WEST + SIDE * last, 6), round(SOUTH + SIDE, 6))


def _members(grids: int, members_per_grid: int) -> list[Member]:
    roles = ["leader"] + ["worker"] * (members_per_grid - 1)
    posts = [(role, f"g{grid:03d}") for grid in range(1, grids + 1) for role in roles]
    ids = [f"m{number:03d}" for number in range(1, len(posts) + 1)] + ["guide1", "checker1", "desk1"]
    posts += [("guide", VILLAGE), ("checker", TOWNSHIP), ("desk", TOWNSHIP)]
    names = files.invented_names(len(posts), random.Random(len(posts)))
    return [
        Member(member_id, name, role, grid, files.invented_phone(number))
        for number, (member_id, name, (role, grid)) in enumerate(zip(ids, names, posts, strict=True), start=1)
    ]
