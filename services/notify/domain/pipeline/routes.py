"""The tree of routes: where a notification goes. The first child that fits wins, unless it says `continue`; what a
route does not say, it has from the one above. When no child fits, the route itself is meant."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from services.notify.domain.pipeline.duration import duration
from services.notify.domain.pipeline.quiet import Quiet, clock
from services.notify.domain.pipeline.subject import Subject

ROOT = "default"  # the name of the route at the root
GROUP = "group"  # the way that is the chat of the receiver's unit
DEADLINE = "deadline"  # it expires with the deadline that it speaks of
NOTHING = dt.timedelta(0)


@dataclass(frozen=True)
class Match:
    """What must hold, all of it; empty: whatever. Categories by their beginnings, areas with all that lie in them,
    kinds whole or `beginning*`."""

    kinds: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()

    def missed(self, subject: Subject) -> str:
        """The first condition that does not hold, with what is there instead; empty when all hold."""
        for name, found, holds in (
            ("kinds", subject.kind, any(_is_kind(subject.kind, kind) for kind in self.kinds)),
            ("levels", subject.level, subject.level in self.levels),
            ("categories", subject.category, bool(self.categories) and subject.category.startswith(self.categories)),
            ("areas", "/".join(subject.area), not set(self.areas).isdisjoint(subject.area)),
            ("sources", ", ".join(subject.sources), not set(self.sources).isdisjoint(subject.sources)),
            ("roles", subject.role, subject.role in self.roles),
        ):
            wanted = getattr(self, name)
            if wanted and not holds:
                return f"{name}: {found or '-'} is none of {', '.join(wanted)}"
        return ""


class Digest(NamedTuple):
    """With less than `below` (a share) of the first way's limit left, what is not urgent goes together, so often."""

    below: float
    every: dt.timedelta


@dataclass(frozen=True)
class Route:
    """`ways`: in the order in which they are tried. Without `group_by` each thing is a message of its own."""

    name: str = ROOT
    match: Match = Match()
    ways: tuple[str, ...] = ()
    group_by: tuple[str, ...] = ()
    group_wait: dt.timedelta = NOTHING
    group_interval: dt.timedelta = NOTHING
    repeat: dt.timedelta = NOTHING
    quiet: Quiet | None = None
    digest: Digest | None = None
    expires: str | dt.timedelta = ""
    goes_on: bool = False
    routes: tuple[Route, ...] = ()

    def expiry(self, created_at: dt.datetime, deadline: dt.datetime | None) -> dt.datetime | None:
        """From when on it is of no use. A reminder that is made after the deadline is about the delay: it stays."""
        if isinstance(self.expires, dt.timedelta):
            return created_at + self.expires
        return deadline if self.expires == DEADLINE and deadline and created_at < deadline else None

    def every(self) -> Iterator[Route]:
        """It and all below it."""
        yield self
        for route in self.routes:
            yield from route.every()


class Seen(NamedTuple):
    """A route that was looked at. `missed`: why it does not fit."""

    name: str
    missed: str


def matching(route: Route, subject: Subject, seen: list[Seen] | None = None) -> list[Route]:
    """Those that it goes by, in their order; `seen` takes what was looked at."""
    missed = route.match.missed(subject)
    if seen is not None:
        seen.append(Seen(route.name, missed))
    if missed:
        return []
    found: list[Route] = []
    for child in route.routes:
        below = matching(child, subject, seen)
        found += below
        if below and not child.goes_on:
            break
    return found or [route]


def route_of(section: Mapping[str, Any], above: Route | None = None) -> Route:
    """From a `route` in which `rule_set.mistakes_in` finds nothing wrong."""
    inherited = {name: getattr(above, name) for name in READERS} if above else {}
    said = {name: read(section[name]) for name, read in READERS.items() if name in section}
    route = Route(
        name=section.get("name", ROOT),
        match=Match(**{name: tuple(values) for name, values in section.get("match", {}).items()}),
        goes_on=section.get("continue", False),
        **(inherited | said),
    )
    below = tuple(route_of(child, route) for child in section.get("routes", ()))
    return Route(**{field.name: getattr(route, field.name) for field in fields(route)} | {"routes": below})


def _is_kind(kind: str, wanted: str) -> bool:
    return kind.startswith(wanted[:-1]) if wanted.endswith("*") else kind == wanted


def _quiet(value: Any) -> Quiet | None:
    if value is None:
        return None
    return Quiet(clock(value["from"]), clock(value["to"]), frozenset(value.get("except", ("P1", "P2"))))


def _span(value: Any) -> dt.timedelta:
    return NOTHING if value is None else duration(value)


READERS: dict[str, Any] = {  # what is inherited; null switches it off
    "ways": lambda value: tuple(value or ()),
    "group_by": lambda value: tuple(value or ()),
    "group_wait": _span,
    "group_interval": _span,
    "repeat": _span,
    "quiet": _quiet,
    "digest": lambda value: Digest(value["below"], duration(value["every"])) if value else None,
    "expires": lambda value: "" if value is None else value if value == DEADLINE else duration(value),
}
