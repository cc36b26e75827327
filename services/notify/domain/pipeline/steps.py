"""The steps before a notification may go out: each lets it pass, ends it or holds it, and says why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from services.notify.domain.pipeline.quiet import quiet_until
from services.notify.domain.pipeline.routes import GROUP, Route
from services.notify.domain.pipeline.silences import Silence, silence_of
from services.notify.domain.pipeline.subject import (
    EXPIRED,
    HELD,
    MUTED,
    NO_ROUTE,
    NO_WAY,
    OF_A_MERGER,
    REPEATED,
    SILENCED,
    Item,
    is_call,
)
from services.notify.domain.town_time import TOWN_TIME

NO_ACCOUNT = "the town has no account for any of these ways: see `channels add`"


class Reach(NamedTuple):
    """On which ways somebody can be reached, and the chat of their unit. `problem`: why on none; `served`: the ways for
    which the town has an account."""

    ways: frozenset[str] = frozenset()
    group: str = ""
    problem: str = ""
    served: frozenset[str] = frozenset()


class Open(NamedTuple):
    """A group: when it was heard last, and when what waits in it goes out."""

    last: dt.datetime | None = None
    pending: dt.datetime | None = None


class Left(NamedTuple):
    """What a limit still allows at once, and what it allows at most."""

    tokens: float
    burst: float


@dataclass(frozen=True)
class Matched:
    """An item with its route, the ways on which it can go there, and who hears it (`ear`): the receiver, or the unit's
    chat. What has the same ear and `key` goes together; what was held back, by `digest_key`."""

    item: Item
    route: Route | None
    ways: tuple[str, ...] = ()
    ear: str = ""
    key: str = ""
    digest_key: str = ""
    problem: str = ""

    @property
    def expires_at(self) -> dt.datetime | None:
        return self.route.expiry(self.item.created_at, self.item.deadline) if self.route else None

    @property
    def said(self) -> tuple[str, str, str]:
        """The same for the same event, said to the same ear by the same part of the tree."""
        return self.ear, self.item.event_id, self.item.part

    @property
    def worded(self) -> tuple[str, str]:
        return self.ear, self.item.words_key


@dataclass
class World:
    """What decides besides the items: what was said before (`said`; `worded` with the time), which groups are open, by
    ear and key, and what is left of the limits, by ear and first way."""

    now: dt.datetime
    silences: Sequence[Silence] = ()
    said: Collection[tuple[str, str, str]] = frozenset()
    worded: Mapping[tuple[str, str], dt.datetime] = field(default_factory=dict)
    groups: Mapping[tuple[str, str], Open] = field(default_factory=dict)
    left: Mapping[tuple[str, str], Left] = field(default_factory=dict)


class Verdict(NamedTuple):
    """What becomes of an item. `why`: a word for figures, `reason`: for people; `due`: when it is looked at again."""

    state: str
    why: str
    reason: str
    due: dt.datetime | None = None
    silence_id: str | None = None


def match(item: Item, route: Route | None, reach: Reach) -> Matched:
    """Who hears it, and what it goes together with. The chat of a unit, where it comes first, is the only way."""
    if route is None:
        return Matched(item, None)
    known = (reach.ways | ({GROUP} if reach.group else set())) - set(item.tried)
    if reach.group in item.tried:
        known -= {GROUP}
    ways = tuple(way for way in route.ways if way in known)
    ear = item.subject.receiver
    if ways and ways[0] == GROUP:
        ways, ear = (GROUP,), f"{GROUP}:{reach.group}"
    values = [item.subject.value(name) for name in route.group_by]
    key = "|".join([route.name, *values]) if values and not item.tried else item.id
    return Matched(item, route, ways, ear, key, f"digest|{','.join(ways)}", _problem(route, reach))


def _problem(route: Route, reach: Reach) -> str:
    if reach.problem or GROUP in route.ways or reach.served.intersection(route.ways):
        return reach.problem
    return NO_ACCOUNT


def routed(matched: Matched, world: World) -> Verdict | None:
    if matched.route is None:
        return Verdict(NO_ROUTE, "no_rules", "the rules in force have no routes: see notify.route in the rule set")
    if not matched.route.ways:
        return Verdict(NO_ROUTE, "route", f"the route {matched.route.name} says it on no channel")
    return None


def worded(matched: Matched, world: World) -> Verdict | None:
    if matched.item.has_words:
        return None
    return Verdict(NO_WAY, "no_words", "there are no words for this kind: see `templates list`")


def reachable(matched: Matched, world: World) -> Verdict | None:
    if matched.ways:
        return None
    assert matched.route
    wanted = ", ".join(matched.route.ways)
    return Verdict(NO_WAY, "no_way", matched.problem or f"nobody knows how to reach them by {wanted}")


def timely(matched: Matched, world: World) -> Verdict | None:
    if matched.expires_at and matched.expires_at <= world.now:
        return Verdict(EXPIRED, "deadline", f"it was of no use any more from {_clock(matched.expires_at)} on")
    if matched.item.ended and is_call(matched.item):
        return Verdict(EXPIRED, "ended", "the case has ended: nothing is left to do")
    return None


def unmuted(matched: Matched, world: World) -> Verdict | None:
    """A case that is handled together with another is silent, except about just that."""
    parent = matched.item.parent
    if not parent or matched.item.subject.kind in OF_A_MERGER:
        return None
    return Verdict(MUTED, "merged", f"its case is handled together with {parent}")


def first(matched: Matched, world: World) -> Verdict | None:
    if matched.said in world.said:
        return Verdict(REPEATED, "event", "the same event has been said already")
    before = world.worded.get(matched.worded)
    if before and matched.route and world.now < before + matched.route.repeat:
        return Verdict(REPEATED, "words", f"the same words about the same were said at {_clock(before)}")
    return None


def unsilenced(matched: Matched, world: World) -> Verdict | None:
    silence = silence_of(matched.item.subject, world.silences)
    if silence is None:
        return None
    reason = f"silenced until {_clock(silence.ends_at)} by {silence.owner}: {silence.reason}"
    return Verdict(SILENCED, "silence", reason, silence.ends_at, silence.id)


def awake(matched: Matched, world: World) -> Verdict | None:
    until = quiet_until(matched.route.quiet, matched.item.subject, world.now) if matched.route else None
    return Verdict(HELD, "quiet", f"quiet hours until {_clock(until)}", until) if until else None


STEPS: tuple[Callable[[Matched, World], Verdict | None], ...] = (
    routed,
    worded,
    reachable,
    timely,
    unmuted,
    first,
    unsilenced,
    awake,
)


def verdict_on(matched: Matched, world: World) -> Verdict | None:
    """Of the first step that does not let it pass; None: it may go out now, as far as it itself is concerned."""
    return next((verdict for step in STEPS if (verdict := step(matched, world))), None)


def _clock(moment: dt.datetime) -> str:
    return f"{moment.astimezone(TOWN_TIME):%m-%d %H:%M}"
