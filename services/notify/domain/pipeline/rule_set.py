"""What is wrong in the section `notify` of a rule set: read whole, or refused whole with every mistake."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from services.notify.domain.pipeline.duration import UNITS, duration
from services.notify.domain.pipeline.quiet import clock
from services.notify.domain.pipeline.routes import DEADLINE, ROOT
from services.notify.domain.pipeline.subject import GROUPABLE, LEVELS
from services.notify.domain.unread_data import problems as unread_problems
from shared.checks import Check, Place, Problem, mapping, part, some_of, yes_or_no

MOST_ROUTES, DEEPEST = 200, 8


def mistakes_in(section: Any) -> list[Problem]:
    """All that is wrong; empty when the section can come into force. Without a section nothing goes out."""
    if section == {}:
        return []
    found = list(mapping(section, (), SECTION))
    return found or list(_together(section.get("route", {})))


def ways_of(section: Any) -> Iterator[tuple[Place, str]]:
    """Every way that a route without mistakes names, and where."""
    for place, route in _routes(section.get("route", {}), ("route",)):
        yield from (((*place, "ways", at), way) for at, way in enumerate(route.get("ways") or ()))


def areas_of(section: Any) -> Iterator[tuple[Place, str]]:
    """Every area, likewise."""
    for place, route in _routes(section.get("route", {}), ("route",)):
        areas = route.get("match", {}).get("areas", ())
        yield from (((*place, "match", "areas", at), area) for at, area in enumerate(areas))


def _routes(route: Any, place: Place) -> Iterator[tuple[Place, Any]]:
    yield place, route
    for at, child in enumerate(route.get("routes", ())):
        yield from _routes(child, (*place, "routes", at))


def _together(route: Any) -> Iterator[Problem]:
    """What is wrong between routes."""
    seen: set[str] = {ROOT}
    every = list(_routes(route, ("route",)))
    if len(every) > MOST_ROUTES:
        yield ("route",), f"there are more than {MOST_ROUTES} routes", "put together what goes the same way"
    for place, child in every[1:]:
        if child["name"] in seen:
            yield (*place, "name"), f"{child['name']!r} stands twice", f"rename one; {ROOT} is the one at the root"
        seen.add(child["name"])
        if len(place) > 2 * DEEPEST:
            yield place, f"it is more than {DEEPEST} routes deep", "match more in one route"


def _or_none(check: Check) -> Check:
    """`null` switches off what would be inherited."""
    return lambda value, at: iter(()) if value is None else check(value, at)


def _texts(value: Any, at: Place) -> Iterator[Problem]:
    if not isinstance(value, list) or not value or any(not isinstance(one, str) or not one for one in value):
        yield at, "this is no list of texts", 'write ["…", …]; codes of categories and areas in quotes'


def _ways(value: Any, at: Place) -> Iterator[Problem]:
    if value != []:
        yield from _texts(value, at)


def _levels(value: Any, at: Place) -> Iterator[Problem]:
    yield from some_of(LEVELS)(value, at)
    if value == []:
        yield at, "nothing is of none of the levels", "name some, or leave it out"


def _duration(value: Any, at: Place) -> Iterator[Problem]:
    try:
        duration(str(value))
    except ValueError as error:
        yield at, str(error), f"write 30 second, 10 minute …; units are {', '.join(UNITS)}"


def _clock(value: Any, at: Place) -> Iterator[Problem]:
    try:
        clock(value if isinstance(value, str) else "")
    except ValueError:
        yield at, f"{value!r} is no time of the day", 'write it in quotes: "22:00"'


def _quiet(value: Any, at: Place) -> Iterator[Problem]:
    yield from mapping(value, at, {"from": _clock, "to": _clock, "except": some_of(LEVELS)}, ("from", "to"))
    if isinstance(value, dict) and "from" in value and value["from"] == value.get("to"):
        yield at, "it begins when it ends", "give two times; null is no quiet hours"


def _share(value: Any, at: Place) -> Iterator[Problem]:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
        yield at, f"{value!r} is no share", "write more than 0 and at most 1: 0.25 is a quarter"


def _expires(value: Any, at: Place) -> Iterator[Problem]:
    if value != DEADLINE:
        yield from _duration(value, at)


def _name(value: Any, at: Place) -> Iterator[Problem]:
    if not isinstance(value, str) or not value or len(value) > 40 or "|" in value:
        yield at, f"{value!r} is no name", "write a word of at most 40 characters, without |"


def _children(value: Any, at: Place) -> Iterator[Problem]:
    if not isinstance(value, list):
        yield at, "this is no list of routes", "write [{name: …, match: {…}}]"
    elif len(at) > 2 * DEEPEST + 2:
        yield at, f"it is more than {DEEPEST} routes deep", "match more in one route"
    else:
        for number, one in enumerate(value):
            yield from mapping(one, (*at, number), CHILD, ("name", "match"))


def _root(value: Any, at: Place) -> Iterator[Problem]:
    yield from mapping(value, at, SETTINGS)


MATCH: dict[str, Check] = {
    "kinds": _texts,
    "levels": _levels,
    "categories": _texts,
    "areas": _texts,
    "sources": _texts,
    "roles": _texts,
}
SETTINGS: dict[str, Check] = {
    "ways": _or_none(_ways),
    "group_by": _or_none(some_of(GROUPABLE)),
    "group_wait": _or_none(_duration),
    "group_interval": _or_none(_duration),
    "repeat": _or_none(_duration),
    "quiet": _or_none(_quiet),
    "digest": _or_none(part({"below": _share, "every": _duration}, "below", "every")),
    "expires": _or_none(_expires),
    "routes": _children,
}
CHILD: dict[str, Check] = {"name": _name, "match": part(MATCH), "continue": yes_or_no} | SETTINGS
SECTION: dict[str, Check] = {
    "route": _root,
    "silences": part({"longest": _duration}),
    "unread": unread_problems,
}
