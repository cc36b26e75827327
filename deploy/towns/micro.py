"""What the sample town has beside grids for all: micro grids in its community (社区), and members with a trade."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from deploy.towns import shapes
from deploy.towns.files import Area, Member

MICRO_GRIDS = 3  # in each grid of a community
NUMERALS = "一二三"
TRADES = {  # of the first members of a department; the others do everything that is theirs
    "public_safety": ("0601|0602|0603", "0605|04"),
    "market_supervision": ("0701|0702", "0703|0705"),
    "enforcement": ("01|02|A03", "03|05"),
    "public_service": ("0801|0803|0804", "0806|0807"),
}
BUILDING = "01|03|A01"  # of one worker in each grid with four of them


def micro_grids(areas: Sequence[Area], rng: random.Random) -> list[Area]:
    """The areas, with the grids of communities followed by their micro grids: without gaps or overlaps, and with
    the border of the grid to 0.1 m."""
    communities = {area.grid_id for area in areas if area.level == "village" and area.name.endswith("社区")}
    found: list[Area] = []
    for area in areas:
        found.append(area)
        if area.level == "grid" and area.parent_id in communities:
            found += _parts(area, rng)
    return found


def _parts(grid: Area, rng: random.Random) -> list[Area]:
    (cells,) = shapes.fit_together(grid.geometry, [shapes.divide(grid.geometry, MICRO_GRIDS, rng)])
    homes = grid.households or 0
    share = [homes // MICRO_GRIDS + (at < homes % MICRO_GRIDS) for at in range(MICRO_GRIDS)]
    return [
        Area(
            f"{grid.code}{at + 1:02d}",
            f"{grid.code}{at + 1:02d}",
            f"{grid.name}第{NUMERALS[at]}微网格",
            "micro_grid",
            grid.grid_id,
            cell,
            share[at],
        )
        for at, cell in enumerate(cells)
    ]


def at_work_in(areas: Sequence[Area], members: Sequence[Member]) -> list[Member]:
    """The members, the workers of a grid with micro grids each in one of these (a fourth in the whole grid), and some
    with a trade. For every category there is still somebody without one."""
    parts: dict[str, list[str]] = defaultdict(list)
    for area in areas:
        if area.level == "micro_grid":
            parts[area.parent_id or ""].append(area.grid_id)
    colleagues: dict[tuple[str, str], int] = defaultdict(int)
    placed = []
    for member in members:
        post = member.role, member.grid_id
        nth, colleagues[post] = colleagues[post], colleagues[post] + 1
        skills = _skills(member.role, nth)
        inside = parts[member.grid_id] if member.role == "worker" else []
        placed.append(replace(member, grid_id=inside[nth] if nth < len(inside) else member.grid_id, skills=skills))
    return placed


def _skills(role: str, nth: int) -> str:
    """Of the nth member (from 0) of a post."""
    if role == "worker":
        return BUILDING if nth == 3 else ""
    trades = TRADES.get(role, ())
    return trades[nth] if nth < len(trades) else ""
