"""Who may subscribe whom to what: a member only themselves, where they work; a leader those of their area, within it;
the desk and the administrators anybody, outside systems too."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from services.notify.domain.subscriptions import DESK, MEMBER, ROLE, SYSTEM, Filter, Person, Receiver
from services.notify.domain.transitions import path_of

LEADER, SUBSCRIBER = "leader", "subscriber"  # roles of tokens, beside `member` and `desk`
MOST_OF_ONE = 50  # subscriptions of one receiver in force
MOST_OF_ALL = 10_000


class Who(NamedTuple):
    """Who asks: `area` is where a leader's rights end; none: nowhere."""

    name: str
    role: str
    area: str | None = None


class Wish(NamedTuple):
    """A subscription that somebody wants to have."""

    receiver: Receiver
    filter: Filter
    queue: bool
    webhook: str | None


class Wrong(NamedTuple):
    """What is wrong with a wish."""

    field: str
    problem: str
    repair: str


@dataclass(frozen=True)
class Known:
    """What there is: areas with the one above each, members, roles, webhooks, transitions; how many subscriptions each
    receiver has, and all."""

    parents: Mapping[str, str | None]
    people: Mapping[str, Person]
    roles: Collection[str]
    webhooks: Collection[str]
    transitions: Collection[str]
    counts: Mapping[tuple[str, str], int]
    total: int

    def with_more(self, wishes: Sequence[Wish]) -> Known:
        """As if these were in force already."""
        counts = dict(self.counts)
        for wish in wishes:
            counts[wish.receiver[:2]] = counts.get(wish.receiver[:2], 0) + 1
        return replace(self, counts=counts, total=self.total + len(wishes))


def in_reach(wish: Wish, who: Who, known: Known) -> Wish:
    """Where nothing is said, as far as the rights of whoever asks reach."""
    reach, receiver = _reach(who, known.people), wish.receiver
    if reach is None:
        return wish
    if receiver.kind == ROLE and receiver.within is None:
        receiver = receiver._replace(within=reach)
    if wish.filter.area is None:
        wish = wish._replace(filter=Filter(**(vars(wish.filter) | {"area": reach})))
    return wish._replace(receiver=receiver)


def _reach(who: Who, people: Mapping[str, Person]) -> str | None:
    """The area in which somebody may subscribe; none: the whole town."""
    if who.role == LEADER:
        return who.area
    return people[who.name].area if who.role == MEMBER and who.name in people else None


def refusal(wish: Wish, who: Who, known: Known) -> str | None:
    """Why somebody may not have this; none when they may."""
    if who.role == DESK:
        return None
    receiver = wish.receiver
    if receiver.kind == SYSTEM:
        return "outside systems are subscribed by the desk or by an administrator: ask there"
    if who.role == MEMBER:
        if receiver.kind != MEMBER or receiver.name != who.name:
            return "you may subscribe yourself only: ask your leader to subscribe others"
        if who.name not in known.people or known.people[who.name].area is None:
            return f"it is not known where {who.name!r} works: ask the desk to subscribe you"
    reach = _reach(who, known.people)
    if reach is None:
        return None
    if receiver.kind == ROLE and not _inside(receiver.within, reach, known):
        return f"your rights end at the area {reach!r}: name an area in it as `within`"
    if receiver.kind == MEMBER and receiver.name != who.name:
        person = known.people.get(receiver.name)
        if person is None or not _inside(person.area, reach, known):
            return f"{receiver.name!r} does not work in the area {reach!r}, where your rights end: ask the desk"
    if not _inside(wish.filter.area, reach, known):
        return f"your rights end at the area {reach!r}: subscribe to an area in it, or ask the desk"
    return None


def may_end(receiver: Receiver, area: str | None, who: Who, known: Known) -> bool:
    """Whoever hears it, and whoever may make it."""
    if receiver.kind == MEMBER and receiver.name == who.name:
        return True
    return who.role != MEMBER and refusal(Wish(receiver, Filter(area=area), False, None), who, known) is None


def mistakes(wish: Wish, known: Known) -> list[Wrong]:
    """What is not there, or too much."""
    receiver, wanted = wish.receiver, wish.filter
    wrong = [
        Wrong(field, f"there is no area {area!r}", "give the id of an area: see /dispatch/areas")
        for field, area in (("area", wanted.area), ("within", receiver.within))
        if area is not None and area not in known.parents
    ]
    unknown = sorted(set(wanted.transitions) - set(known.transitions))
    wrong += [
        Wrong("transitions", f"{name!r} is said by nobody", f"give some of {', '.join(sorted(known.transitions))}")
        for name in unknown[:5]
    ]
    if receiver.kind == MEMBER and receiver.name not in known.people:
        wrong.append(Wrong("receiver", f"there is no active member {receiver.name!r}", "give a member's id"))
    if receiver.kind == ROLE and receiver.name not in known.roles:
        wrong.append(
            Wrong("receiver", f"nobody is a {receiver.name!r}", f"give one of {', '.join(sorted(known.roles))}")
        )
    wrong += _ways(wish, known)
    if known.counts.get(receiver[:2], 0) >= MOST_OF_ONE or known.total >= MOST_OF_ALL:
        most = f"{MOST_OF_ONE} subscriptions of one receiver, {MOST_OF_ALL} of all"
        wrong.append(Wrong("receiver", f"there are at most {most}", "end some: POST …/{id}/end"))
    return wrong


def _ways(wish: Wish, known: Known) -> Sequence[Wrong]:
    """Outside systems say how they hear; members hear on their own ways."""
    system = wish.receiver.kind == SYSTEM
    if system and not (wish.queue or wish.webhook):
        return [Wrong("ways", "a system needs a way to hear", "write queue: true, or webhook: <account>, or both")]
    if not system and (wish.queue or wish.webhook):
        return [Wrong("ways", "members hear on their own ways", "leave queue and webhook out")]
    if wish.webhook is not None and wish.webhook not in known.webhooks:
        return [Wrong("webhook", f"{wish.webhook!r} is no account of a webhook", "see `channels list`")]
    return []


def _inside(area: str | None, reach: str, known: Known) -> bool:
    return area is not None and reach in path_of(area, known.parents)
