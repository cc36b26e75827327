"""Who has subscribed to what happens: whether a subscription means a transition, and which part of it decides so."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from services.notify.domain.transitions import Facts, Transition

MEMBER, ROLE, SYSTEM = "member", "role", "system"  # kinds of receivers
DESK = "desk"  # whoever sits there works for the whole town


class Receiver(NamedTuple):
    """Who hears: a member, a role, an outside system. `within`: of a role, only those who work in it or below."""

    kind: str
    name: str
    within: str | None = None


@dataclass(frozen=True)
class Filter:
    """What is heard; of a list, nothing means all. `area`: this one and what lies below; none: the whole town.
    `categories` are codes, or how they begin."""

    transitions: tuple[str, ...] = ()
    area: str | None = None
    categories: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Subscription:
    """`queue`, `webhook`: the ways of an outside system; what a member hears goes the member's ways."""

    id: str
    receiver: Receiver
    filter: Filter
    made_by: str
    expires_at: dt.datetime | None = None
    queue: bool = False
    webhook: str | None = None

    @property
    def own(self) -> bool:
        """A member made it for themselves: it reaches as far as they do when something happens."""
        return self.receiver.kind == MEMBER and self.receiver.name == self.made_by


class Verdict(NamedTuple):
    """Whether it means a transition; `part` is what decided against it, `why` is for people."""

    matches: bool
    part: str
    why: str


class Person(NamedTuple):
    """An active member, as far as it decides what they hear."""

    member_id: str
    role: str | None
    area: str | None


class Audience(NamedTuple):
    """Who hears one transition. `queue`: some system hears it from the exchange; `webhooks`: (system, account)."""

    members: frozenset[str]
    systems: frozenset[str]
    queue: bool
    webhooks: frozenset[tuple[str, str]]

    @property
    def anybody(self) -> bool:
        return bool(self.members or self.systems)


def verdict(one: Subscription, transition: Transition, now: dt.datetime) -> Verdict:
    """Why a subscription means a transition, or the first part of it that does not."""
    facts, wanted = transition.facts, one.filter
    if one.expires_at is not None and one.expires_at <= now:
        return Verdict(False, "expires_at", f"it has expired at {one.expires_at.isoformat()}")
    if wanted.transitions and transition.name not in wanted.transitions:
        return Verdict(False, "transitions", f"{transition.name} is none of {', '.join(wanted.transitions)}")
    if wanted.area is not None and wanted.area not in facts.area:
        where = " > ".join(facts.area) or "no area"
        return Verdict(False, "area", f"the case lies in {where}, not in {wanted.area}")
    for part, given, asked in _lists(facts, wanted):
        if asked and not given:
            return Verdict(False, part, f"{_said(facts, part)} is none of {', '.join(asked)}")
    return Verdict(True, "", _because(transition, wanted))


def _lists(facts: Facts, wanted: Filter) -> Iterable[tuple[str, bool, tuple[str, ...]]]:
    """Each list, and whether the case fits it."""
    yield "categories", facts.category.startswith(wanted.categories), wanted.categories
    yield "levels", facts.level in wanted.levels, wanted.levels
    yield "sources", not set(wanted.sources).isdisjoint(facts.sources), wanted.sources
    yield "kinds", facts.kind in wanted.kinds, wanted.kinds


def _fits(facts: Facts, wanted: Filter) -> bool:
    """Whether the case fits every list: what `_lists` says, without the reasons, for many filters."""
    return (
        (not wanted.levels or facts.level in wanted.levels)
        and (not wanted.categories or facts.category.startswith(wanted.categories))
        and (not wanted.kinds or facts.kind in wanted.kinds)
        and (not wanted.sources or not set(wanted.sources).isdisjoint(facts.sources))
    )


def _said(facts: Facts, part: str) -> str:
    said = {"categories": facts.category, "levels": facts.level, "kinds": facts.kind}
    return said.get(part) or ", ".join(facts.sources) or "nothing"


def _because(transition: Transition, wanted: Filter) -> str:
    """The parts that say something, with what the case has."""
    facts = transition.facts
    parts = [transition.name] if wanted.transitions else []
    parts += [f"in {wanted.area}"] if wanted.area is not None else []
    parts += [f"{part} {_said(facts, part)}" for part, _, asked in _lists(facts, wanted) if asked]
    return ", ".join(parts) or "it means everything"


class Matcher:
    """Subscriptions by where they look and for what; those with the same filter are judged once."""

    def __init__(self, subscriptions: Iterable[Subscription]):
        same: dict[Filter, list[Subscription]] = defaultdict(list)
        for one in subscriptions:
            same[one.filter].append(one)
        self._places: dict[tuple[str | None, str], list[tuple[Filter, list[Subscription]]]] = defaultdict(list)
        for wanted, group in same.items():
            for name in wanted.transitions or ("",):
                self._places[wanted.area, name].append((wanted, group))
        self._places.default_factory = None
        self.size = sum(len(group) for group in same.values())

    def of(self, transition: Transition, now: dt.datetime) -> list[Subscription]:
        """Those that mean this transition."""
        facts, found = transition.facts, []
        for area in (None, *facts.area):
            for name in ("", transition.name):
                for wanted, group in self._places.get((area, name), ()):
                    if _fits(facts, wanted):
                        found += [one for one in group if one.expires_at is None or one.expires_at > now]
        return found


def people_wanted(matched: Iterable[Sequence[Subscription]]) -> tuple[set[str], set[str]]:
    """The members and the roles that these are for."""
    receivers = {one.receiver for some in matched for one in some}
    return (
        {receiver.name for receiver in receivers if receiver.kind == MEMBER},
        {receiver.name for receiver in receivers if receiver.kind == ROLE},
    )


class People:
    """Active members, by who they are and by what they are where."""

    def __init__(self, people: Iterable[Person]):
        self.by_id: dict[str, Person] = {}
        self.by_post: dict[tuple[str | None, str | None], list[str]] = defaultdict(list)
        for person in people:
            self.by_id[person.member_id] = person
            self.by_post[person.role, person.area].append(person.member_id)

    def hears(self, one: Subscription, path: Sequence[str]) -> list[str]:
        """The members for whom a subscription speaks, of a case that lies at the end of this path."""
        receiver = one.receiver
        if receiver.kind == ROLE:
            start = 0 if receiver.within is None else path.index(receiver.within) if receiver.within in path else None
            posts = [] if start is None else path[start:]
            return [member for area in posts for member in self.by_post.get((receiver.name, area), ())]
        person = self.by_id.get(receiver.name) if receiver.kind == MEMBER else None
        if person is None or (one.own and person.role != DESK and person.area not in path):
            return []
        return [person.member_id]


def audience(matched: Sequence[Subscription], path: Sequence[str], people: People) -> Audience:
    """Who hears it, each once."""
    systems = [one for one in matched if one.receiver.kind == SYSTEM]
    return Audience(
        frozenset(member for one in matched for member in people.hears(one, path)),
        frozenset(one.receiver.name for one in systems),
        any(one.queue for one in systems),
        frozenset((one.receiver.name, one.webhook) for one in systems if one.webhook),
    )


def subscription_of(row: Mapping[str, Any]) -> Subscription:
    """As it is kept."""
    lists = {name: tuple(row[name]) for name in ("transitions", "categories", "levels", "sources", "kinds")}
    return Subscription(
        id=row["id"],
        receiver=Receiver(row["receiver_kind"], row["receiver"], row["within"]),
        filter=Filter(area=row["area"], **lists),
        made_by=row["made_by"],
        expires_at=row["expires_at"],
        queue=row["queue"],
        webhook=row["webhook"],
    )
