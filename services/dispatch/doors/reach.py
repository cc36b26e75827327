"""Rights of whoever asks, held against members, orders and areas: of a leader they end at an area, and that is said."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from werkzeug.wrappers import Request

from services.dispatch import views
from services.dispatch.domain.access import Matter, Person, may, scope
from shared.http.entrypoint import caller_of
from shared.http.problems import Forbidden


def person_of(request: Request) -> Person:
    """Who asks, as rights are held against."""
    caller = caller_of(request)
    return Person(caller.name, caller.role, caller.post, caller.area)


def about_members(request: Request, action: str, members: Iterable[str | None], work: Any) -> None:
    """Raises Forbidden unless whoever asks may do this about all of these members, by the units that they work in."""
    person = person_of(request)
    if scope(person, action).everything:
        return
    for member in dict.fromkeys(one for one in members if one is not None):
        if not may(person, action, Matter(areas=views.areas_of_member(work, member))):
            raise outside(person, f"the member {member!r}")


def about_order(request: Request, action: str, order_id: str, work: Any) -> None:
    """Raises Forbidden unless the order lies where the rights of whoever asks reach."""
    person = person_of(request)
    if scope(person, action).everything:
        return
    matter = views.matter_of_order(work, order_id)
    if not may(person, action, Matter(areas=matter.areas if matter else ())):
        raise outside(person, f"the order {order_id!r}")


def about_areas(request: Request, action: str, area: str, work: Any) -> None:
    """Raises Forbidden unless the area lies where the rights of whoever asks reach."""
    person = person_of(request)
    if not scope(person, action).everything and not may(person, action, Matter(areas=views.areas_around(work, area))):
        raise outside(person, f"the area {area!r}")


def outside(person: Person, what: str) -> Forbidden:
    where = f"the area {person.area!r}" if person.area else "what is your own"
    return Forbidden(f"your rights end at {where}: {what} lies outside; ask the desk")
