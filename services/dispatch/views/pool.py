"""Work orders that nobody has yet."""

from __future__ import annotations

from typing import Any

from services.dispatch.domain.policy import Matter
from services.dispatch.store import SQL, Work

LOOKED_AT, SHOWN = 5000, 500


def pool(work: Work, member_id: str | None) -> list[dict[str, Any]]:
    """What can be claimed, the soonest end first; for a member what it may claim now, by the same rule as the claim."""
    rows = work.dicts(SQL.pool, limit=LOOKED_AT)
    if member_id:
        roster = work.roster([row["grid_id"] for row in rows], [member_id])
        member = roster.member(member_id)
        rows = [r for r in rows if member in roster.may_take(Matter.of(r), r["offer"]["to"], r["offer"]["among"])]
    return rows[:SHOWN]
