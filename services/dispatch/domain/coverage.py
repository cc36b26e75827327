"""What will go wrong with duty, before it does: times with too few members, and work that is not shared fairly.

A roster has a gap when fewer of its members than it needs are on it and not on leave. A grid has one when none of its
workers and leaders is on duty, so that its cases would go to the township desk; the desk, when nobody is at it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from services.dispatch.domain.duty import LEAVE, Off, Roster
from services.dispatch.domain.posts import DESK, LEADER, WORKER
from services.dispatch.domain.stretches import Stretch, Stretches, length, levels, within, without

OF_ROSTER, OF_GRID, OF_DESK = "roster", "grid", "desk"


class Gap(NamedTuple):
    """So many are there and so many are needed: on a roster, in a grid, or at the desk (whose `what` is empty)."""

    kind: str
    what: str
    stretch: Stretch
    needs: int
    has: int


@dataclass(frozen=True)
class Share:
    """How many hours of a roster one member has, beside what each has on the average; `unfair` when too far apart."""

    roster_id: str
    member_id: str
    hours: float
    mean: float
    unfair: bool


def roster_gaps(
    roster: Roster, needed: Iterable[Stretch], shifts: Mapping[str, Stretches], off: Iterable[Off], frame: Stretch
) -> list[Gap]:
    """When too few are on a roster, within the frame."""
    away: dict[str, Stretches] = {}
    for one in off:
        if one.why == LEAVE:
            away.setdefault(one.member_id, []).append(one.stretch)
    there = [without(stretches, away.get(member, ())) for member, stretches in shifts.items()]
    return _gaps(OF_ROSTER, roster.roster_id, there, within(needed, [frame]), roster.needs)


def post_gaps(
    grids: Iterable[str], posts: Mapping[tuple[str, str], Sequence[str]], off: Iterable[Off], frame: Stretch
) -> list[Gap]:
    """When nobody is on duty in a grid, or at the desk. `posts`: (role, area) → the members who get work at all."""
    away: dict[str, Stretches] = {}
    for one in off:
        away.setdefault(one.member_id, []).append(one.stretch)

    def there(members: Iterable[str]) -> list[Stretches]:
        return [without([frame], away.get(member, ())) for member in members]

    gaps = []
    for grid in sorted(grids):
        members = [*posts.get((WORKER, grid), ()), *posts.get((LEADER, grid), ())]
        gaps += _gaps(OF_GRID, grid, there(members), [frame], 1)
    desk = [member for (role, _), members in sorted(posts.items()) if role == DESK for member in members]
    return gaps + _gaps(OF_DESK, "", there(desk), [frame], 1)


def shares(roster: Roster, shifts: Mapping[str, Stretches], frame: Stretch, turn: dt.timedelta) -> list[Share]:
    """How the hours of a roster in a frame are shared among its crew.

    Members may always be one turn apart, because the frame cuts the rotation somewhere; who is further from the mean,
    and by more than the roster's `fair_percent`, has too much or too little."""
    hours = {member: _hours(within(shifts.get(member, ()), [frame])) for member in roster.crew}
    if not hours:
        return []
    mean = sum(hours.values()) / len(hours)
    most = max(_of(turn), mean * roster.fair_percent / 100)
    return [Share(roster.roster_id, m, h, mean, abs(h - mean) > most) for m, h in sorted(hours.items())]


def turn_length(roster: Roster) -> dt.timedelta:
    """How much duty one turn of the rotation is."""
    day = dt.date(2000, 1, 1)
    hours = [
        dt.datetime.combine(day if end > start else day + dt.timedelta(days=1), end) - dt.datetime.combine(day, start)
        for start, end in roster.hours
    ]
    return sum(hours, dt.timedelta()) * roster.turns * (7 if roster.turn == "week" else 1)


def _gaps(kind: str, what: str, there: Sequence[Stretches], needed: Iterable[Stretch], needs: int) -> list[Gap]:
    return [Gap(kind, what, part, needs, has) for part, has in levels(there, needed) if has < needs]


def _hours(stretches: Stretches) -> float:
    return _of(length(stretches))


def _of(time: dt.timedelta) -> float:
    return time / dt.timedelta(hours=1)
