"""Grids are split and merged: areas, members and micro grids at once, their open work right after."""

from __future__ import annotations

from typing import Any

from services.dispatch.domain import regions
from services.dispatch.domain.areas import Problem
from services.dispatch.domain.regions import Redrawn
from services.dispatch.errors import AreaUnknown, RedrawingRefused
from services.dispatch.store import OpenWork, Row, Work
from services.dispatch.use_cases.entering import By, Entries, Known, enter_within, locked
from services.dispatch.use_cases.moving import move_work


def split_grid(grid_id: str, parts: list[Row], by: By, open_work: OpenWork) -> dict[str, Any]:
    """One grid becomes several. Raises AreaUnknown, RedrawingRefused, EntriesRefused."""
    with open_work() as work:
        known = locked(work)
        (grid,) = _alive([grid_id], known.areas)
        _redraw(regions.split(grid, parts, known.areas, list(known.members.values())), by, known, work)
        work.commit()
    return {"grids": [part["grid_id"] for part in parts], "instead_of": [grid_id], "moved": move_work(open_work)}


def merge_grids(grids: list[str], into: Row, by: By, open_work: OpenWork) -> dict[str, Any]:
    """Several grids become one. Raises AreaUnknown, RedrawingRefused, EntriesRefused."""
    with open_work() as work:
        known = locked(work)
        redrawn = regions.merge(_alive(grids, known.areas), into, known.areas, list(known.members.values()))
        _redraw(redrawn, by, known, work)
        work.commit()
    return {"grids": [into["grid_id"]], "instead_of": grids, "moved": move_work(open_work)}


def _alive(ids: list[str], areas: dict[str, Row]) -> list[Row]:
    for grid_id in ids:
        if grid_id not in areas or not areas[grid_id]["geometry"]:
            raise AreaUnknown(grid_id)
    return [areas[grid_id] for grid_id in ids]


def _redraw(redrawn: Redrawn | list[Problem], by: By, known: Known, work: Work) -> None:
    if not isinstance(redrawn, Redrawn):
        raise RedrawingRefused(redrawn)
    enter_within(Entries(redrawn.areas, redrawn.members), known, by, work)
    work.add_successions(redrawn.successors, work.now())
