"""Areas and members for readers, and what was changed of them. Of phones and chat ids only that they are there."""

from __future__ import annotations

from typing import Any

from services.dispatch.store import SQL
from shared.outbox.unit_of_work import UnitOfWork


def areas(work: UnitOfWork, level: str | None) -> list[dict[str, Any]]:
    """Areas that lie somewhere, of one level or all."""
    rows = work.dicts(SQL.areas)
    return [row for row in rows if row["geometry"] and level in (None, row["level"])]


def members(work: UnitOfWork, area: str | None, role: str | None) -> list[dict[str, Any]]:
    """Members on the roll, of one area and role or of all."""
    rows = [row for row in work.dicts(SQL.members) if row["active"]]
    wanted = [row for row in rows if area in (None, row["grid_id"]) and role in (None, row["role"])]
    return [
        {name: value for name, value in row.items() if name != "blind"}
        | {"phone": row["phone"] is not None, "chats": sorted(row["chats"])}
        for row in wanted
    ]


def registry_journal(work: UnitOfWork, what: str, key: str, limit: int) -> list[dict[str, Any]]:
    """What was changed of an area or a member, the newest first."""
    return work.dicts(SQL.registry_journal, what=what, key=key, limit=limit)
