"""Duty and leave for readers: who is there, who is not, what will be missing."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

from services.dispatch.domain.access import EVERYTHING, Scope
from services.dispatch.store import SQL
from shared.observability.metrics import Gauge
from shared.outbox.unit_of_work import UnitOfWork

MOST = 2000  # shifts, gaps, leaves in one answer


def duty_now(work: UnitOfWork) -> dict[str, Any]:
    """Who is on which roster at this moment, and who gets no work."""
    now = work.now()
    off = work.dicts(SQL.off_duty_now)
    away = {row["member_id"] for row in off if row["why"] == "leave"}
    current = shifts(work, now, now + dt.timedelta(microseconds=1), None, None)
    return {"on_roster": [row | {"on_leave": row["member_id"] in away} for row in current], "off_duty": off}


def shifts(
    work: UnitOfWork, since: dt.datetime, until: dt.datetime, roster: str | None, member: str | None
) -> list[dict[str, Any]]:
    """Shifts that lie in a stretch of time, at least in part."""
    return work.dicts(SQL.shifts, since=since, until=until, roster=roster, member=member, limit=MOST)


def names(work: UnitOfWork) -> dict[str, str]:
    """What members are called who get work; those of the same name by their ids."""
    rows = work.all(SQL.members_called)
    often = Counter(name for _, name in rows)
    return {member: name if often[name] == 1 else member for member, name in rows}


def rosters(work: UnitOfWork) -> list[dict[str, Any]]:
    """Every roster as it was set."""
    return [roster for (roster,) in work.all(SQL.rosters)]


def roster_changes(work: UnitOfWork, roster: str) -> list[dict[str, Any]]:
    """What was changed in a roster lately, the newest first."""
    return work.dicts(SQL.duty_changes_of, roster=roster, limit=MOST)


def outlook(work: UnitOfWork, days: int) -> dict[str, Any]:
    """What will be missing in the days to come, and how fairly rosters are shared."""
    until = work.now() + dt.timedelta(days=days)
    return {"gaps": work.dicts(SQL.gaps, until=until, limit=MOST), "shares": work.dicts(SQL.shares)}


def leaves(work: UnitOfWork, state: str | None, member: str | None, reach: Scope = EVERYTHING) -> list[dict[str, Any]]:
    """Leaves that are not long over, as far as somebody's rights reach."""
    return work.dicts(SQL.leaves, state=state, member=member, limit=MOST, **reach._asdict())


def member_of_leave(work: UnitOfWork, leave_id: str) -> str | None:
    """Whose leave it is."""
    row = work.one(SQL.member_of_leave, id=leave_id)
    return row[0] if row else None


def duty_gauges(work: UnitOfWork) -> list[Gauge]:
    """Who is away, what will be missing and how soon, and whether the plan is kept up."""
    gaps, age = work.all(SQL.count_gaps), work.one(SQL.plan_age)
    return [
        (
            "wangge_members_off_duty",
            "Members who would get work and are not on duty now, by why.",
            ["why"],
            [([why], count) for why, count in work.all(SQL.count_off_duty)],
        ),
        (
            "wangge_duty_gaps",
            "Times within a week when too few are on a roster, or nobody in a grid or at the desk.",
            ["kind"],
            [([kind], count) for kind, count, _ in gaps],
        ),
        (
            "wangge_duty_next_gap_seconds",
            "Time until the next such gap begins; 0 while there is one.",
            ["kind"],
            [([kind], seconds) for kind, _, seconds in gaps],
        ),
        (
            "wangge_duty_unfair_members",
            "Members who have much more or less of a roster than the others.",
            ["roster"],
            [([roster], count) for roster, count in work.all(SQL.count_unfair)],
        ),
        ("wangge_duty_plan_age_seconds", "Age of the plan of duty.", [], [([], age[0])] if age else []),
    ]
