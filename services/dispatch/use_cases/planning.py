"""What follows from rosters, their changes and leaves: shifts, who is off duty, and what will be missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from services.dispatch.domain import coverage, duty
from services.dispatch.domain.calendar import DAY, Calendar
from services.dispatch.domain.coverage import Gap, Share
from services.dispatch.domain.duty import Off, Plan, Roster
from services.dispatch.domain.stretches import Stretch, joined
from services.dispatch.errors import NothingLoaded
from services.dispatch.store import OpenWork, Work

BEHIND, AHEAD = 2, 60  # days around today that are planned; what began earlier stays as it was
LOOKED_BACK = 30 * DAY  # how long what was served counts in how fairly a roster is shared
Locked = tuple[int, Calendar]


def keep_planned(open_work: OpenWork) -> bool:
    """The plan is made anew when it is an hour old, or with another calendar; gives whether it was."""
    with open_work() as work:
        stale = work.lock_stale_plan()
        locked = work.lock_duty() if stale else None
        if locked:
            plan_duty(locked, work)
        work.commit()
    return locked is not None


def locked_duty(work: Work) -> Locked:
    """Nobody else changes duty until the commit. Raises NothingLoaded."""
    locked = work.lock_duty()
    if locked is None:
        raise NothingLoaded()
    return locked


def plan_duty(locked: Locked, work: Work) -> None:
    """The plan after a change, in the transaction of the change."""
    calendar_id, calendar = locked
    now = work.now()
    today = now.astimezone(calendar.zone).date()
    first, last = today - BEHIND * DAY, today + AHEAD * DAY
    since = dt.datetime.combine(first, dt.time(), calendar.zone)
    rosters, changes = work.rosters(), work.duty_changes(since)
    made = duty.plan(rosters, changes, calendar, first, last)
    off = duty.off_duty(rosters, made, work.granted_leaves(now), calendar, now, last)
    work.put_plan(made, off, since, now, calendar_id)
    end = dt.datetime.combine(last, dt.time(), calendar.zone)
    gaps = _gaps(rosters, made, off, calendar, Stretch(now, end), work)
    work.put_outlook(gaps, _shares(rosters, made, Stretch(now - LOOKED_BACK, end), since, work))


def _gaps(
    rosters: Sequence[Roster], made: Plan, off: Sequence[Off], calendar: Calendar, frame: Stretch, work: Work
) -> list[Gap]:
    first, last = (moment.astimezone(calendar.zone).date() for moment in frame)
    gaps = coverage.post_gaps(work.grids_to_serve(), work.posts(), off, frame)
    for roster in rosters:
        needed = duty.required(roster, calendar, first - DAY, last)
        gaps += coverage.roster_gaps(roster, needed, made[roster.roster_id], off, frame)
    return gaps


def _shares(rosters: Sequence[Roster], made: Plan, frame: Stretch, since: dt.datetime, work: Work) -> list[Share]:
    past = work.shifts_between(frame.start, since)
    shares = []
    for roster in rosters:
        before, planned = past.get(roster.roster_id, {}), made[roster.roster_id]
        both = {member: joined([*before.get(member, ()), *planned.get(member, ())]) for member in roster.crew}
        shares += coverage.shares(roster, both, frame, coverage.turn_length(roster))
    return shares
