"""Policies on trial: who would have got the orders of the last days, by these policies and today's members.

The members' work is played through: an order is in somebody's hand until the moment when it really was resolved, and
what was given a week ago counts half. Of work in the pool we suppose that whoever has the least in hand claims it.
"""

from __future__ import annotations

import datetime as dt
import heapq
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from services.dispatch.domain.assignment import Choice, Roster
from services.dispatch.domain.policy import Matter, Policies, faded, metres
from services.dispatch.domain.posts import DESK, WORKER, Member
from services.dispatch.domain.words import both

STEP = dt.timedelta(hours=1)  # the roster is made anew so often
POOL, NOBODY = "pool", "nobody"


class Past(NamedTuple):
    """An order as it was given out: `until` somebody was busy with it, None: still open; `got`: who had it first."""

    number: str
    title: str
    matter: Matter
    at: dt.datetime
    until: dt.datetime | None
    got: str | None


class Given(NamedTuple):
    """What a policy makes of an order; `in_hand` counts it."""

    member_id: str
    level: str
    why: str
    in_hand: int
    metres: float | None


class Play:
    """The work of a crew by some policies, order after order in the order of their times."""

    def __init__(self, members: Sequence[Member], parents: Mapping[str, str], policies: Policies):
        self._members, self._parents, self._policies = members, parents, policies
        self._in_hand: Counter[str] = Counter()
        self._given: dict[str, tuple[float, float]] = {}
        self._busy: list[tuple[dt.datetime, str]] = []
        self._roster, self._since = self._fresh(), dt.datetime.min.replace(tzinfo=dt.UTC)

    def give(self, past: Past) -> Given:
        """Who gets the order; the roster is counted on."""
        if past.at >= self._since + STEP:
            self._go_on(past.at)
        choice = self._choice(past.matter)
        if choice is None:
            return Given("", NOBODY, both("无人可派", "nobody is there"), 0, None)
        member = choice.member
        self._in_hand[member.member_id] += 1
        orders, _ = self._given.get(member.member_id, (0.0, 0.0))
        self._given[member.member_id] = (orders + 1, past.at.timestamp())
        if past.until:
            heapq.heappush(self._busy, (max(past.until, past.at), member.member_id))
        far = metres(past.matter.place, member.middle) if past.matter.place and member.middle else None
        return Given(member.member_id, choice.level, choice.why, self._in_hand[member.member_id], far)

    def _choice(self, matter: Matter) -> Choice | None:
        policy = self._policies.about(matter)
        if policy.pool and (may := self._roster.may_take(matter, policy.to, policy.pool.among)):
            words = both(f"规则“{policy.name}”:{len(may)} 人可认领", f"policy {policy.name!r}: {len(may)} may claim it")
            return Choice(self._roster.chosen(may[0], words).member, POOL, words)
        return self._roster.handler(matter)

    def _go_on(self, now: dt.datetime) -> None:
        """What was done meanwhile is out of hand, what was given fades."""
        while self._busy and self._busy[0][0] <= now:
            self._in_hand[heapq.heappop(self._busy)[1]] -= 1
        passed = (now - self._since).total_seconds()
        self._given = {member: (faded(orders, passed), last) for member, (orders, last) in self._given.items()}
        self._roster, self._since = self._fresh(), now

    def _fresh(self) -> Roster:
        return Roster(self._members, dict(self._in_hand), {}, self._given, self._policies, self._parents)


def compared(past: Iterable[Past], before: Play, after: Play, workers: int) -> dict[str, Any]:
    """What two sets of policies make of the same orders: how the work is spread, and every order that differs.
    `workers` is how many there are to spread it over."""
    rows = [(order, before.give(order), after.give(order)) for order in past]
    differences = [
        {
            "number": order.number,
            "title": order.title,
            "got": order.got,
            "before": one.member_id,
            "after": other.member_id,
            "level_before": one.level,
            "level_after": other.level,
            "why_before": one.why,
            "why_after": other.why,
        }
        for order, one, other in rows
        if (one.member_id, one.level) != (other.member_id, other.level)
    ]
    changes = Counter(f"{row['level_before']} → {row['level_after']}" for row in differences)
    return {
        "cases": len(rows),
        "changes": dict(changes.most_common()),
        "before": _spread([one for _, one, _ in rows], workers),
        "after": _spread([other for _, _, other in rows], workers),
        "differences": differences,
    }


def _spread(given: Sequence[Given], workers: int) -> dict[str, Any]:
    """How evenly the work is spread: orders of each level, orders of members, metres."""
    levels = Counter(one.level for one in given)
    each = Counter(one.member_id for one in given if one.level not in (NOBODY, DESK))
    counts = [*each.values(), *[0] * max(workers - len(each), 0)]
    far = [one.metres for one in given if one.metres is not None]
    return {
        "levels": dict(levels.most_common()),
        "members": len(each),
        "most_given_to_one": max(counts, default=0),
        "deviation": round(statistics.pstdev(counts), 2) if counts else 0.0,
        "most_in_one_hand": max((one.in_hand for one in given), default=0),
        "metres": round(statistics.fmean(far)) if far else None,
    }


def workers_of(members: Sequence[Member]) -> int:
    return sum(member.role == WORKER and member.on_duty for member in members)
