"""The town's service list as data (services.yaml): read whole or refused whole, with the place of every mistake and the
way to repair it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Container, Iterator
from typing import Any, NamedTuple

from services.dispatch.domain.appointments import DAYS
from services.dispatch.domain.limits import Duration
from services.dispatch.domain.posts import DESK, LEADER, WORKER
from services.dispatch.domain.serving import LANES, NORMAL
from services.dispatch.domain.words import DEPARTMENTS
from shared.checks import Place, Problem

Item = dict[str, Any]

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
ROLES = (WORKER, LEADER, "guide", DESK, *DEPARTMENTS)  # who may run something; a checker checks
FORMS = ("original", "copy", "either")  # 原件, 复印件
MOST_ITEMS, MOST_LISTED, MOST_SEATS, MOST_VISITS, MOST_AHEAD = 500, 50, 1000, 20, 90
_SHORT, _LONG = 60, 500  # characters


class Known(NamedTuple):
    """What the list may name; without `categories` their codes are not looked up."""

    members: Container[str]
    areas: Container[str]
    categories: Container[str] | None = None


def read_services(document: Any, known: Known) -> tuple[list[Item], list[Problem]]:
    """The items of `{places: […], services: […]}`, each with all its keys and with the places that it names in full;
    with problems they must not be used."""
    if not isinstance(document, dict) or document.keys() - {"places", "services"} or "services" not in document:
        return [], [((), "this is no list of services", "write places: [{code: …}] and services: [{code: …}]")]
    problems: list[Problem] = []
    places = _listed(document.get("places", []), ("places",), PLACE, known, problems)
    by_code = {place.get("code"): place for place in places}
    items = _listed(document["services"], ("services",), ITEM, known, problems)
    for item, at in zip(items, _indices(document["services"]), strict=False):
        problems += _together(item, ("services", at), by_code)
    if problems:
        return [], problems
    return [item | {"places": [by_code[code] for code in item["places"]]} for item in items], []


def _together(item: Item, at: Place, places: Container[Any]) -> Iterator[Problem]:
    """What is right by itself, and does not go together."""
    for position, code in enumerate(item.get("places", ())):
        if code not in places:
            yield (*at, "places", position), f"there is no place {code!r}", "add it to places at the top of the file"
    for position, slot in enumerate(item.get("slots", ())):
        if slot.get("place") not in item.get("places", ()):
            yield (*at, "slots", position, "place"), "it is none of the item's places", "add it to places of the item"
    runners = item.get("runners")
    if runners is not None and not (runners["roles"] or runners["members"]):
        yield (*at, "runners"), "nobody runs it", "name roles or members"


def _indices(rows: Any) -> list[int]:
    return [at for at, row in enumerate(rows) if isinstance(row, dict)] if isinstance(rows, list) else []


def _listed(rows: Any, at: Place, parts: Parts, known: Known, problems: list[Problem]) -> list[Item]:
    """Every mapping of a list, each with a code of its own."""
    if not isinstance(rows, list) or len(rows) > MOST_ITEMS:
        problems.append((at, f"this is no list of at most {MOST_ITEMS}", "write - {code: …, …}"))
        return []
    read = []
    for position, row in enumerate(rows):
        if isinstance(row, dict):
            read.append(_mapping(row, (*at, position), parts, known, problems))
        else:
            problems.append(((*at, position), "this is no mapping", "write - {code: …, …}"))
    seen: set[str] = set()
    for position, one in zip(_indices(rows), read, strict=True):
        if one.get("code") in seen:
            problems.append(((*at, position, "code"), f"{one['code']} stands twice", "give each a code of its own"))
        seen.add(one.get("code", ""))
    return read


def _mapping(row: dict[Any, Any], at: Place, parts: Parts, known: Known, problems: list[Problem]) -> Item:
    """What its parts say; what is missing and need not be there is as `Part.otherwise` says."""
    problems += [((*at, key), f"nobody reads {key!r}", f"use {', '.join(parts)}") for key in row.keys() - parts.keys()]
    read: Item = {}
    for name, part in parts.items():
        value = row.get(name)
        if value is None:
            if part.needed:
                problems.append(((*at, name), f"{name} is missing", f"write {name}: …"))
            else:
                read[name] = part.otherwise
            continue
        try:
            read[name] = part.read(value, known)
        except _Wrong as wrong:
            problems.append(((*at, name, *wrong.place), wrong.problem, wrong.repair))
    return read


class _Wrong(Exception):
    def __init__(self, problem: str, repair: str, *place: Any):
        super().__init__(problem)
        self.problem, self.repair, self.place = problem, repair, place


class Part(NamedTuple):
    """How a value is read, whether it must be there, and what it is if it is not."""

    read: Callable[[Any, Known], Any]
    needed: bool = True
    otherwise: Any = None


Parts = dict[str, Part]


def _text(longest: int) -> Callable[[Any, Known], str]:
    def read(value: Any, known: Known) -> str:
        if not isinstance(value, str) or not 0 < len(value.strip()) <= longest or "\0" in value:
            raise _Wrong("this is no short text", f"write 1 to {longest} characters, in quotes where it is a number")
        return value.strip()

    return read


def _code(value: Any, known: Known) -> str:
    if not isinstance(value, str) or not CODE.fullmatch(value):
        raise _Wrong(f"{value!r} is no code", "use 1 to 40 of A–Z, a–z, 0–9, _ and -, in quotes where it is a number")
    return value


def _category(value: Any, known: Known) -> str:
    if not isinstance(value, str) or (known.categories is not None and value not in known.categories):
        raise _Wrong(f"there is no category {value!r}", "use a code of categories.yaml, in quotes")
    return value


def _one_of(*choices: str) -> Callable[[Any, Known], str]:
    def read(value: Any, known: Known) -> str:
        if value not in choices:
            raise _Wrong(f"{value!r} is none of these", f"use {', '.join(choices)}")
        return str(value)

    return read


def _number(least: int, most: int) -> Callable[[Any, Known], int]:
    def read(value: Any, known: Known) -> int:
        if type(value) is not int or not least <= value <= most:
            raise _Wrong(f"{value!r} is no whole number from {least} to {most}", "correct it")
        return value

    return read


def _degrees(most: int) -> Callable[[Any, Known], float]:
    def read(value: Any, known: Known) -> float:
        if type(value) not in (int, float) or not -most <= value <= most:
            raise _Wrong(f"{value!r} are no degrees", f"write a number from -{most} to {most}, WGS84")
        return float(value)

    return read


def _duration(value: Any, known: Known) -> str:
    try:
        return str(Duration.read(value))
    except (AttributeError, ValueError):
        raise _Wrong(f"{value!r} is no duration", "write for example 2 working_day") from None


def _clock(value: Any, known: Known) -> str:
    if not isinstance(value, str) or not CLOCK.fullmatch(value):
        raise _Wrong(f"{value!r} is no time of day", 'write it in quotes, for example "08:30"')
    return value


def _days(value: Any, known: Known) -> str | list[int]:
    if isinstance(value, list) and value and all(type(day) is int and 1 <= day <= 7 for day in value):
        return sorted(set(value))
    return _one_of(*DAYS)(value, known)


def _several(one: Callable[[Any, Known], Any]) -> Callable[[Any, Known], list[Any]]:
    def read(value: Any, known: Known) -> list[Any]:
        if not isinstance(value, list) or len(value) > MOST_LISTED:
            raise _Wrong(f"this is no list of at most {MOST_LISTED}", "write […]")
        found = []
        for at, item in enumerate(value):
            try:
                found.append(one(item, known))
            except _Wrong as wrong:
                raise _Wrong(wrong.problem, wrong.repair, at, *wrong.place) from None
        return found

    return read


def _of_parts(parts: Callable[[], Parts]) -> Callable[[Any, Known], Item]:
    """A mapping inside of a value; its first mistake stands for it."""

    def read(value: Any, known: Known) -> Item:
        problems: list[Problem] = []
        if not isinstance(value, dict):
            raise _Wrong("this is no mapping", f"write {{{', '.join(parts())}}}")
        found = _mapping(value, (), parts(), known, problems)
        if problems:
            place, problem, repair = problems[0]
            raise _Wrong(problem, repair, *place)
        return found

    return read


def _member(value: Any, known: Known) -> str:
    if not isinstance(value, str) or value not in known.members:
        raise _Wrong(f"there is no member {value!r} who gets work", "give a member_id of members.csv")
    return value


def _area(value: Any, known: Known) -> str:
    if not isinstance(value, str) or value not in known.areas:
        raise _Wrong(f"there is no area {value!r}", "give the grid_id of an area, in quotes")
    return value


def _slot(value: Any, known: Known) -> Item:
    slot = _of_parts(lambda: SLOT)(value, known)
    start, end = (dt.time.fromisoformat(slot[name]) for name in ("from", "to"))
    minutes = (end.hour - start.hour) * 60 + end.minute - start.minute
    if minutes <= 0:
        raise _Wrong("it ends before it begins", "give a later `to`: a slot lies within a day", "to")
    if slot["minutes"] and slot["minutes"] > minutes:
        raise _Wrong("a slot is longer than the time it lies in", f"give at most {minutes} minutes", "minutes")
    if slot["green"] > slot["capacity"]:
        raise _Wrong("more seats are kept for green channels than there are", "lower green", "green")
    return slot


NAMES = {"name_zh": Part(_text(_SHORT)), "name_en": Part(_text(_SHORT))}
PLACE: Parts = {
    "code": Part(_code),
    **NAMES,
    "address": Part(_text(200), False),
    "lon": Part(_degrees(180), False),
    "lat": Part(_degrees(90), False),
}
MATERIAL: Parts = {
    **NAMES,
    "form": Part(_one_of(*FORMS), False, "original"),
    "copies": Part(_number(1, 20), False, 1),
    "when_zh": Part(_text(_LONG), False),
    "when_en": Part(_text(_LONG), False),
}
SLOT: Parts = {
    "place": Part(_code),
    "days": Part(_days),
    "from": Part(_clock),
    "to": Part(_clock),
    "minutes": Part(_number(5, 24 * 60), False),
    "capacity": Part(_number(1, MOST_SEATS)),
    "green": Part(_number(0, MOST_SEATS), False, 0),
}
RUNNERS: Parts = {
    "roles": Part(_several(_one_of(*ROLES)), False, []),
    "members": Part(_several(_member), False, []),
    "areas": Part(_several(_area), False, []),
}
ITEM: Parts = {
    "code": Part(_code),
    **NAMES,
    "category": Part(_category),
    "lane": Part(_one_of(*LANES), False, NORMAL),
    "note_zh": Part(_text(_LONG), False),
    "note_en": Part(_text(_LONG), False),
    "materials": Part(_several(_of_parts(lambda: MATERIAL)), False, []),
    "places": Part(_several(_code), False, []),
    "slots": Part(_several(_slot), False, []),
    "ahead": Part(_number(1, MOST_AHEAD), False, 14),
    "runners": Part(_of_parts(lambda: RUNNERS)),
    "limit": Part(_duration, False),
    "visits": Part(_number(0, MOST_VISITS), False, 1),
}
