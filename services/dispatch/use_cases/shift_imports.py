"""A plan of duty that somebody hands in takes the place of the rotation: whole, or not at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from services.dispatch.domain.calendar import DAY
from services.dispatch.domain.shift_import import Given, Placed, changes_to, place
from services.dispatch.domain.stretches import FOREVER
from services.dispatch.errors import DutyRefused
from services.dispatch.store import OpenWork, Row
from services.dispatch.use_cases.planning import AHEAD, locked_duty, plan_duty
from shared.messaging.envelope import new_id


def import_shifts(
    roster_id: str, given: Sequence[Given], dry_run: bool, by: str, open_work: OpenWork
) -> dict[str, Any]:
    """What became of each row, and what has changed. Raises DutyRefused with what is wrong in which row; then nothing
    has."""
    with open_work() as work:
        locked, now = locked_duty(work), work.now()
        if roster_id not in {roster.roster_id for roster in work.rosters()}:
            reason = {
                "field": "roster_id",
                "problem": f"there is no roster {roster_id[:40]!r}",
                "repair": "set it first",
            }
            raise DutyRefused([reason])
        placed = place(given, work.members_called(), locked[1].zone, now + AHEAD * DAY)
        if reasons := [_reason(one.row, reason) for one in placed for reason in one.reasons]:
            raise DutyRefused(reasons)
        changes = changes_to(roster_id, work.shifts_between(now, FOREVER)[roster_id], placed, now)
        together = {"together": new_id(), "kind": "import", "reason": "", "who": by, "at": now}
        work.add_duty_changes(changes, together)
        plan_duty(locked, work)
        work.rehearse() if dry_run else work.commit()
    steps_in = [change for change in changes if change.on]
    left_out = [_shown(c.member_id, *c.stretch) for c in changes if not c.on]
    return {
        "rows": [_row(one, now, [c.stretch for c in steps_in if c.member_id == one.member_id]) for one in placed],
        "left_out": left_out,
        "changes": len(changes),
    }


def _row(one: Placed, now: dt.datetime, added: Sequence[Any]) -> Row:
    """`added`, `kept` (it was planned so), or `past`."""
    assert one.stretch
    new = any(stretch.meets(one.stretch) for stretch in added)
    outcome = "past" if one.stretch.end <= now else "added" if new else "kept"
    return {"row": one.row, "outcome": outcome} | _shown(one.member_id, *one.stretch)


def _shown(member_id: str, start: dt.datetime, end: dt.datetime) -> Row:
    return {"member_id": member_id, "starts_at": start, "ends_at": end}


def _reason(row: int, reason: Any) -> Row:
    return {"field": f"row {row}: {reason.field}", "problem": reason.problem, "repair": reason.repair}
