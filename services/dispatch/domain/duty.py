"""Duty (值班): rotations and what changes them say who is on a roster when, and so who is not on duty.

A member's shifts on a roster are its rotation, then each change in the order in which it was made: somebody steps in,
somebody is left out; a swap (换班) is two of each, an imported plan as many as it differs. Whoever belongs to a roster
that binds is on duty only in a shift of some roster; everybody else always. Whoever is on leave (请假) is not on duty.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from services.dispatch.domain.calendar import DAY, Calendar
from services.dispatch.domain.stretches import FOREVER, Stretch, Stretches, joined, within, without

ALL, WORKING, RESTING = "all", "working", "resting"  # on which days a roster is served, by the town's calendar
TURNS = ("day", "week")
ALWAYS, SERVED, NEVER = "always", "served", "never"  # on which days a roster binds its members
LEAVE, NO_SHIFT = "leave", "no_shift"  # why a member is off duty
Hours = tuple[tuple[dt.time, dt.time], ...]  # from, to; to the next day when it is not later


@dataclass(frozen=True)
class Roster:
    """A rotation (排班表): the groups take turns, each serves so many `turn` units. Without hours, all is imported.

    `needs`: so many members at least at any time of its hours. `area` is the grid_id that it is for. `binds`: on which
    days its members are on duty in shifts alone; never, when it is beside their ordinary work (干部值班).
    """

    roster_id: str
    name: str
    area: str
    groups: tuple[tuple[str, ...], ...]
    first_day: dt.date
    last_day: dt.date | None = None
    hours: Hours = ()
    days: str = ALL
    turn: str = "day"
    turns: int = 1
    needs: int = 1
    binds: str = ALWAYS
    fair_percent: int = 25

    @property
    def crew(self) -> tuple[str, ...]:
        """Everybody who belongs to the roster, each once."""
        return tuple(dict.fromkeys(member for group in self.groups for member in group))

    def as_dict(self) -> dict[str, Any]:
        """The roster as data, as `domain/roster_data.py` reads it."""
        hours = [{"from": f"{start:%H:%M}", "to": f"{end:%H:%M}"} for start, end in self.hours]
        return {
            "roster_id": self.roster_id,
            "name": self.name,
            "grid_id": self.area,
            "groups": [list(group) for group in self.groups],
            "first_day": self.first_day.isoformat(),
            "last_day": self.last_day.isoformat() if self.last_day else None,
            "hours": hours,
            "days": self.days,
            "turn": f"{self.turns} {self.turn}",
            "needs": self.needs,
            "binds": self.binds,
            "fair_percent": self.fair_percent,
        }


class Change(NamedTuple):
    """A member is on a roster for a stretch (`on`), or is not, whatever was said before."""

    roster_id: str
    member_id: str
    on: bool
    stretch: Stretch


class Leave(NamedTuple):
    """A granted leave; the delegate stands in."""

    member_id: str
    stretch: Stretch
    delegate_id: str | None = None


class Turn(NamedTuple):
    """One shift of a rotation, with the group whose turn it is."""

    stretch: Stretch
    members: tuple[str, ...]


class Off(NamedTuple):
    """A member is off duty for a stretch; on leave, perhaps with somebody who stands in."""

    member_id: str
    stretch: Stretch
    why: str
    delegate_id: str | None = None


Plan = dict[str, dict[str, Stretches]]  # roster → member → shifts


def rotation(roster: Roster, calendar: Calendar, first: dt.date, last: dt.date) -> Iterator[Turn]:
    """The turns that begin on these days. Days are counted as they are served, weeks as the calendar has them."""
    served, day = -1, roster.first_day
    end = min(last, roster.last_day or last)
    while day <= end and roster.hours:
        if _serves(roster.days, calendar, day):
            served += 1
            if day >= first:
                passed = served if roster.turn == "day" else (_monday(day) - _monday(roster.first_day)).days // 7
                group = roster.groups[passed // roster.turns % len(roster.groups)]
                for start, until in roster.hours:
                    yield Turn(_shift(day, start, until, calendar.zone), group)
        day += DAY


def plan(
    rosters: Iterable[Roster], changes: Sequence[Change], calendar: Calendar, first: dt.date, last: dt.date
) -> Plan:
    """Who is on which roster when; `changes` in the order in which they were made."""
    made: Plan = {}
    for roster in rosters:
        shifts: dict[str, Stretches] = defaultdict(list)
        for turn in rotation(roster, calendar, first, last):
            for member in turn.members:
                shifts[member].append(turn.stretch)
        shifts = defaultdict(list, {member: joined(stretches) for member, stretches in shifts.items()})
        for change in changes:
            if change.roster_id == roster.roster_id:
                mine = shifts[change.member_id]
                shifts[change.member_id] = (
                    joined([*mine, change.stretch]) if change.on else without(mine, [change.stretch])
                )
        made[roster.roster_id] = {member: stretches for member, stretches in shifts.items() if stretches}
    return made


def required(roster: Roster, calendar: Calendar, first: dt.date, last: dt.date) -> Stretches:
    """When somebody must be on the roster."""
    return joined(turn.stretch for turn in rotation(roster, calendar, first, last))


def off_duty(
    rosters: Sequence[Roster],
    made: Plan,
    leaves: Iterable[Leave],
    calendar: Calendar,
    since: dt.datetime,
    last: dt.date,
) -> list[Off]:
    """When members are not on duty, from a moment on; stretches of the same member never overlap. `last` is the last
    day that is planned: whoever is bound always is off duty after it."""
    frame = [Stretch(since, FOREVER)]
    bound: dict[str, Stretches] = defaultdict(list)
    for roster in rosters:
        binding = _binding(roster, calendar, last)
        for member in roster.crew:
            bound[member] += binding
    result: list[Off] = []
    away: dict[str, Stretches] = defaultdict(list)
    for leave in sorted(leaves):
        for stretch in without(within([leave.stretch], frame), away[leave.member_id]):
            result.append(Off(leave.member_id, stretch, LEAVE, leave.delegate_id))
        away[leave.member_id].append(leave.stretch)
    for member, stretches in sorted(bound.items()):
        shifts = [one for shifts in made.values() for one in shifts.get(member, ())]
        idle = without(within(stretches, frame), [*shifts, *away[member]])
        result += [Off(member, stretch, NO_SHIFT) for stretch in idle]
    return result


def differences(roster_id: str, before: dict[str, Stretches], wanted: dict[str, Stretches]) -> list[Change]:
    """The changes that make one plan of a roster of the other."""
    changes = []
    for member in sorted({*before, *wanted}):
        old, new = before.get(member, []), wanted.get(member, [])
        changes += [Change(roster_id, member, False, one) for one in without(old, new)]
        changes += [Change(roster_id, member, True, one) for one in without(new, old)]
    return changes


def _serves(days: str, calendar: Calendar, day: dt.date) -> bool:
    return days == ALL or calendar.works_on(day) == (days == WORKING)


def _monday(day: dt.date) -> dt.date:
    return day - (day.isoweekday() - 1) * DAY


def _shift(day: dt.date, start: dt.time, end: dt.time, zone: dt.tzinfo) -> Stretch:
    last = day if end > start else day + DAY
    return Stretch(dt.datetime.combine(day, start, zone), dt.datetime.combine(last, end, zone))


def _binding(roster: Roster, calendar: Calendar, last: dt.date) -> Stretches:
    """When its members are on duty in shifts alone: from midnight to midnight, from its first day to its last."""
    if roster.binds == NEVER:
        return []
    if roster.binds == ALWAYS or roster.days == ALL:
        end = _midnight(roster.last_day + DAY, calendar) if roster.last_day else FOREVER
        return [Stretch(_midnight(roster.first_day, calendar), end)]
    until = min(last, roster.last_day or last)
    days = (roster.first_day + number * DAY for number in range((until - roster.first_day).days + 1))
    served = [day for day in days if _serves(roster.days, calendar, day)]
    return [Stretch(_midnight(day, calendar), _midnight(day + DAY, calendar)) for day in served]


def _midnight(day: dt.date, calendar: Calendar) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), calendar.zone)
