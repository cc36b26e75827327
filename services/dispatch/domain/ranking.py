"""Who of several comes first, and why: the ways of choosing, each with a reason that people understand.

A factor gives 0 to 1 point, a weighed policy the sum of points times weights; the highest sum wins. Of equal ones the
one with less in hand comes first, then the lower id, so that the same question has the same answer everywhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any, NamedTuple

from services.dispatch.domain.policy import DISTANCE, FAIRNESS, LOAD, ROUND_ROBIN, SKILL, WEIGHED, Policy
from services.dispatch.domain.words import both

SHOWN = 5  # alternatives that are kept with a choice


class Candidate(NamedTuple):
    """A member who could do it: orders in hand, how much was given lately (orders, halved every week), when last (a
    number that grows), whether such work is the member's own trade, and how far away (None: not known)."""

    member_id: str
    in_hand: int
    lately: float
    last: float
    specialist: bool
    metres: float | None


class Lately:
    """How much each member was given lately (orders, halved every week), and who got something last."""

    def __init__(self, given: Mapping[str, tuple[float, float]]):
        """`given`: member → (orders, seconds since 1970 of the last one)."""
        self._orders = Counter({member: orders for member, (orders, _) in given.items()})
        self._last = {member: last for member, (_, last) in given.items()}
        self._next = count(max(self._last.values(), default=0.0) + 1)

    def of(self, member_id: str) -> tuple[float, float]:
        return self._orders[member_id], self._last.get(member_id, 0.0)

    def note(self, member_id: str) -> None:
        self._orders[member_id] += 1
        self._last[member_id] = next(self._next)


class Ranked(NamedTuple):
    """A candidate with its score from 0 to 100 (weighed policies only) and the points of each factor."""

    candidate: Candidate
    score: float | None
    points: dict[str, float]


def rank(policy: Policy, candidates: Sequence[Candidate]) -> list[Ranked]:
    """The candidates, the one to be chosen first. There must be one at least."""
    if policy.way == WEIGHED:
        most = max(candidate.lately for candidate in candidates)
        return sorted((_weighed(policy, one, most) for one in candidates), key=_by_score)
    key = _by_turn if policy.way == ROUND_ROBIN else _by_load
    return [Ranked(one, None, {}) for one in sorted(candidates, key=key)]


def _weighed(policy: Policy, one: Candidate, most: float) -> Ranked:
    points = {name: FACTOR[name](policy, one, most) for name, weight in policy.weights.items() if weight}
    whole = sum(policy.weights[name] for name in points)
    return Ranked(one, round(100 * sum(policy.weights[n] * p for n, p in points.items()) / whole, 1), points)


def _by_score(ranked: Ranked) -> tuple[float, int, str]:
    return -(ranked.score or 0.0), ranked.candidate.in_hand, ranked.candidate.member_id


def _by_load(one: Candidate) -> tuple[int, str]:
    return one.in_hand, one.member_id


def _by_turn(one: Candidate) -> tuple[float, float, str]:
    return one.last, one.lately, one.member_id


def _near(policy: Policy, one: Candidate, most: float) -> float:
    return 0.5 if one.metres is None else 1 - min(one.metres / policy.far, 1.0)


# factor → its points from 0 to 1; `most` is the most that any of the candidates was given lately
FACTOR: dict[str, Callable[[Policy, Candidate, float], float]] = {
    SKILL: lambda policy, one, most: 1.0 if one.specialist else 0.0,
    LOAD: lambda policy, one, most: 1 - min(one.in_hand / policy.full_load, 1.0),
    DISTANCE: _near,
    FAIRNESS: lambda policy, one, most: 1 - one.lately / most if most > 0 else 1.0,
}


def why(policy: Policy, ranked: Sequence[Ranked], words: tuple[str, str]) -> str:
    """Why the first of them: what they are, how many there were, and what made the difference."""
    first, (zh, en) = ranked[0], words
    has = first.candidate.in_hand
    if policy.way == WEIGHED:
        told = [POINT[name](first.candidate) for name in first.points]
        facts_zh, facts_en = ("、".join(t[0] for t in told), ", ".join(t[1] for t in told))
        return both(
            f"{zh}:{len(ranked)} 人中得分最高({first.score:g} 分:{facts_zh})",
            f"{en}: best of {len(ranked)} ({first.score:g} points: {facts_en})",
        )
    if policy.way == ROUND_ROBIN:
        return both(f"{zh}:{len(ranked)} 人轮流,轮到其办理", f"{en}: its turn among {len(ranked)}")
    return both(f"{zh}:{len(ranked)} 人中在手最少({has} 件)", f"{en}: least open work ({has}) of {len(ranked)}")


def _far(one: Candidate) -> tuple[str, str]:
    if one.metres is None:
        return "距离不详", "distance not known"
    return f"距 {one.metres:.0f} 米", f"{one.metres:.0f} m away"


POINT: dict[str, Callable[[Candidate], tuple[str, str]]] = {
    SKILL: lambda one: ("专长相符", "its own trade") if one.specialist else ("无专长", "no special skill"),
    LOAD: lambda one: (f"在手 {one.in_hand} 件", f"{one.in_hand} in hand"),
    DISTANCE: _far,
    FAIRNESS: lambda one: (f"近期 {one.lately:.1f} 件", f"{one.lately:.1f} given lately"),
}


def considered(ranked: Sequence[Ranked]) -> tuple[dict[str, Any], ...]:
    """The first few as they are kept with the assignment, the chosen one first."""
    return tuple(_shown(one) for one in ranked[:SHOWN])


def _shown(ranked: Ranked) -> dict[str, Any]:
    one = ranked.candidate
    row: dict[str, Any] = {"member_id": one.member_id, "in_hand": one.in_hand, "lately": round(one.lately, 2)}
    if one.metres is not None:
        row["metres"] = round(one.metres)
    if ranked.score is None:
        return row
    return row | {"score": ranked.score, "points": {name: round(p, 3) for name, p in ranked.points.items()}}
