"""Rosters as data: read whole or refused whole, with the place of every mistake and the way to repair it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Container
from typing import Any, NamedTuple

from services.dispatch.domain.duty import ALL, ALWAYS, NEVER, RESTING, SERVED, TURNS, WORKING, Hours, Roster

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,38}")
TURN = re.compile(r"([1-9]\d?) (day|week)")
MOST_ROSTERS, MOST_GROUPS, MOST_IN_GROUP, MOST_HOURS = 500, 100, 50, 6
_LONGEST = 60  # characters of a name


class Problem(NamedTuple):
    """What is wrong at a place (keys and positions that lead to it), and how to repair it."""

    place: tuple[Any, ...]
    problem: str
    repair: str


class Known(NamedTuple):
    """What rosters may name: members who get work, and areas."""

    members: Container[str]
    areas: Container[str]


class _Anything:
    """What was checked when it was written."""

    def __contains__(self, item: object) -> bool:
        return True


class _Wrong(Exception):
    def __init__(self, problem: str, repair: str, *place: Any):
        super().__init__(problem)
        self.problem, self.repair, self.place = problem, repair, place


def read_rosters(document: Any, known: Known) -> tuple[list[Roster], list[Problem]]:
    """The rosters of `{rosters: […]}`; with problems they must not be used."""
    listed = document.get("rosters") if isinstance(document, dict) else None
    if not isinstance(listed, list) or set(document) != {"rosters"} or len(listed) > MOST_ROSTERS:
        return [], [
            Problem((), f"this is no list of at most {MOST_ROSTERS} rosters", "write rosters: [{roster_id: …}]")
        ]
    read = [read_roster(one, known, ("rosters", at)) for at, one in enumerate(listed)]
    rosters = [roster for roster, _ in read if roster]
    problems = [problem for _, found in read for problem in found]
    seen: set[str] = set()
    for at, (roster, _) in enumerate(read):
        if roster and roster.roster_id in seen:
            problems.append(Problem(("rosters", at, "roster_id"), f"{roster.roster_id} stands twice", "rename one"))
        seen |= {roster.roster_id} if roster else set()
    return rosters, problems


def read_roster(value: Any, known: Known, place: tuple[Any, ...] = ()) -> tuple[Roster | None, list[Problem]]:
    """One roster, and all that is wrong in it; None with any problem."""
    if not isinstance(value, dict):
        return None, [Problem(place, "a roster is no mapping", "write {roster_id: …, name: …}")]
    problems = [Problem((*place, key), f"nobody reads {key!r}", "leave it out") for key in value.keys() - FIELDS.keys()]
    read: dict[str, Any] = {}
    for name, (needed, reader) in FIELDS.items():
        if value.get(name) is None:
            if needed:
                problems.append(Problem((*place, name), f"{name} is missing", f"write {name}: …"))
            continue
        try:
            read |= reader(value[name], known)
        except _Wrong as wrong:
            problems.append(Problem((*place, name, *wrong.place), wrong.problem, wrong.repair))
    if not problems and (read.get("last_day") or read["first_day"]) < read["first_day"]:
        problems.append(Problem((*place, "last_day"), "it ends before it begins", "give a later last_day"))
    return (None if problems else Roster(**read)), problems


def roster_of(document: dict[str, Any]) -> Roster:
    """A roster that was read before, from `as_dict`."""
    roster, problems = read_roster(document, Known(_Anything(), _Anything()))
    if roster is None:
        raise ValueError(f"a stored roster cannot be read: {problems}")
    return roster


def _roster_id(value: Any, known: Known) -> dict[str, Any]:
    if not isinstance(value, str) or not NAME.fullmatch(value):
        raise _Wrong(f"{value!r} is no name of a roster", "use 1 to 39 of a–z, 0–9 and -, a letter or digit first")
    return {"roster_id": value}


def _name(value: Any, known: Known) -> dict[str, Any]:
    if not isinstance(value, str) or not 0 < len(value.strip()) <= _LONGEST or "\0" in value:
        raise _Wrong("the name is no short text", f"name it in 1 to {_LONGEST} characters")
    return {"name": value.strip()}


def _area(value: Any, known: Known) -> dict[str, Any]:
    if not isinstance(value, str) or value not in known.areas:
        raise _Wrong(f"there is no area {value!r}", "give the grid_id of an area, in quotes")
    return {"area": value}


def _groups(value: Any, known: Known) -> dict[str, Any]:
    if not isinstance(value, list) or not 0 < len(value) <= MOST_GROUPS:
        raise _Wrong(f"these are no 1 to {MOST_GROUPS} groups", "write [[m001, m002], [m003]]")
    for at, group in enumerate(value):
        if not isinstance(group, list) or not 0 < len(group) <= MOST_IN_GROUP:
            raise _Wrong(f"a group has 1 to {MOST_IN_GROUP} members", "write [m001, m002]", at)
        for position, member in enumerate(group):
            if not isinstance(member, str) or member not in known.members:
                raise _Wrong(f"there is no member {member!r} who gets work", "give a member_id", at, position)
        if len(set(group)) < len(group):
            raise _Wrong("a member stands twice in a group", "name each once", at)
    return {"groups": tuple(tuple(group) for group in value)}


def _day(name: str) -> Callable[[Any, Known], dict[str, Any]]:
    def read(value: Any, known: Known) -> dict[str, Any]:
        try:
            day = value if type(value) is dt.date else dt.date.fromisoformat(value)
        except (TypeError, ValueError):
            raise _Wrong(f"{value!r} is no day", "write 2026-12-01") from None
        if not 2000 <= day.year < 2100:
            raise _Wrong(f"{day} is not in this century", "correct the year")
        return {name: day}

    return read


def _hours(value: Any, known: Known) -> dict[str, Any]:
    repair = 'write [{from: "08:00", to: "20:00"}]; `to` not later than `from` is the next day'
    if not isinstance(value, list) or len(value) > MOST_HOURS:
        raise _Wrong(f"these are no hours, at most {MOST_HOURS} stretches", repair)
    hours: Hours = ()
    for at, span in enumerate(value):
        if not isinstance(span, dict) or set(span) != {"from", "to"}:
            raise _Wrong("a stretch has from and to, and nothing else", repair, at)
        try:
            start, end = (dt.time.fromisoformat(span[key]) for key in ("from", "to"))
        except (TypeError, ValueError):
            raise _Wrong("these are no times of day", repair, at) from None
        if start.tzinfo or end.tzinfo:
            raise _Wrong("hours are those of the town, without a zone", repair, at)
        if hours and (hours[-1][1] <= hours[-1][0] or start < hours[-1][1]):
            raise _Wrong("the stretches are not in order, or overlap", "only the last may end on the next day", at)
        hours = (*hours, (start, end))
    return {"hours": hours}


def _days(value: Any, known: Known) -> dict[str, Any]:
    if value not in (ALL, WORKING, RESTING):
        raise _Wrong(f"{value!r} are no days", f"use {ALL}, {WORKING} or {RESTING}")
    return {"days": value}


def _binds(value: Any, known: Known) -> dict[str, Any]:
    if value not in (ALWAYS, SERVED, NEVER):
        raise _Wrong(f"{value!r} is none of these", f"use {ALWAYS}, {SERVED} (on the days that it serves) or {NEVER}")
    return {"binds": value}


def _turn(value: Any, known: Known) -> dict[str, Any]:
    found = TURN.fullmatch(value) if isinstance(value, str) else None
    if not found:
        raise _Wrong(f"{value!r} is no length of a turn", f"write 1 day or 1 week (units: {', '.join(TURNS)})")
    return {"turns": int(found[1]), "turn": found[2]}


def _number(name: str, least: int, most: int) -> Callable[[Any, Known], dict[str, Any]]:
    def read(value: Any, known: Known) -> dict[str, Any]:
        if type(value) is not int or not least <= value <= most:
            raise _Wrong(f"{value!r} is no whole number from {least} to {most}", "correct it")
        return {name: value}

    return read


# field → whether it must be there, and how it is read
FIELDS: dict[str, tuple[bool, Callable[[Any, Known], dict[str, Any]]]] = {
    "roster_id": (True, _roster_id),
    "name": (True, _name),
    "grid_id": (True, _area),
    "groups": (True, _groups),
    "first_day": (True, _day("first_day")),
    "last_day": (False, _day("last_day")),
    "hours": (False, _hours),
    "days": (False, _days),
    "turn": (False, _turn),
    "binds": (False, _binds),
    "needs": (False, _number("needs", 0, MOST_IN_GROUP)),
    "fair_percent": (False, _number("fair_percent", 0, 1000)),
}
