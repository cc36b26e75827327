"""How a town gives out work: an ordered list of policies as data; the first that fits a matter decides about it.

A policy names a way to choose among the members who could do it, and may offer the work first to everybody in a pool,
where whoever claims it has it. Where no policy fits, the one with the least in hand gets it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.dispatch.domain.limits import Duration
from services.dispatch.domain.serving import Errand

LEAST_LOADED, ROUND_ROBIN, WEIGHED, BY_HAND = "least_loaded", "round_robin", "weighed", "by_hand"
WAYS = (LEAST_LOADED, ROUND_ROBIN, WEIGHED, BY_HAND)
SKILL, LOAD, DISTANCE, FAIRNESS = "skill", "load", "distance", "fairness"
FACTORS = (SKILL, LOAD, DISTANCE, FAIRNESS)
GRID, TOWN = "grid", "town"
FULL_LOAD, FAR = 20, 3000  # orders in hand, and metres, from which on a member gets no point for load or distance
WEEK = 604_800.0  # seconds
METRES = 111_320.0  # of one degree of latitude

Point = tuple[float, float]  # degrees east and north, WGS84


@dataclass(frozen=True)
class Matter:
    """What choosing a member needs to know of a case; `desk_reason`: why it has no grid; `errand`: what it orders."""

    grid_id: str | None
    level: str = ""
    kind: str = ""
    category: str = ""
    place: Point | None = None
    desk_reason: str | None = None
    errand: Errand | None = None

    @classmethod
    def of(cls, case: Mapping[str, Any]) -> Matter:
        place = (case["lon"], case["lat"]) if case["lon"] is not None and case["lat"] is not None else None
        errand, why = Errand.of(case.get("service")), case.get("desk_reason") or None
        return cls(case["grid_id"], case["level"], case["kind"], case["category"], place, why, errand)


@dataclass(frozen=True)
class Pool:
    """Work that is offered first: to everybody on duty in the `grid` or in the whole `town`, and how long."""

    among: str
    within: Duration


@dataclass(frozen=True)
class Policy:
    """One policy; empty conditions hold for everything. `to` is the role that does such work."""

    name: str = ""
    way: str = LEAST_LOADED
    levels: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    to: str = "worker"
    weights: Mapping[str, float] = field(default_factory=dict)
    full_load: float = FULL_LOAD
    far: float = FAR
    pool: Pool | None = None

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Policy:
        """A policy of a rule set; what is wrong in one is said by domain/policy_data.py."""
        when, pool = document.get("when") or {}, document.get("pool")
        return cls(
            document["name"],
            document["way"],
            _several(when.get("level")),
            _several(when.get("kind")),
            _several(when.get("category")),
            document.get("to", "worker"),
            document.get("weights") or {},
            document.get("full_load", FULL_LOAD),
            document.get("far_m", FAR),
            Pool(pool["among"], Duration.read(pool["within"])) if pool else None,
        )

    def fits(self, matter: Matter) -> bool:
        return (
            (not self.levels or matter.level in self.levels)
            and (not self.kinds or matter.kind in self.kinds)
            and (not self.categories or matter.category.startswith(self.categories))
        )


class Policies:
    """The policies in force, in their order."""

    def __init__(self, policies: Sequence[Policy] = ()):
        self._policies = policies

    @classmethod
    def of(cls, documents: Sequence[Mapping[str, Any]] | None) -> Policies:
        """The part `assignment` of the section `dispatch` of a rule set."""
        return cls([Policy.of(document) for document in documents or ()])

    def about(self, matter: Matter) -> Policy:
        return next((policy for policy in self._policies if policy.fits(matter)), UNWRITTEN)

    @property
    def rank(self) -> bool:
        """Whether more than what members have in hand decides."""
        return any(policy.way in (ROUND_ROBIN, WEIGHED) for policy in self._policies)

    @property
    def reach_the_town(self) -> bool:
        """Whether some work may be done by members of any grid."""
        return any(policy.pool and policy.pool.among == TOWN for policy in self._policies)


UNWRITTEN = Policy()


def skilled(skills: Sequence[str], category: str) -> bool:
    """Whether a member with these skills (codes of categories or classes; none: everything) may do such work."""
    return not skills or not category or category.startswith(tuple(skills))


def faded(orders: float, seconds: float) -> float:
    """What orders that were given so long ago count now: after a week the half (sql/orders.sql count_in_hand)."""
    return float(orders * 0.5 ** (max(seconds, 0.0) / WEEK))


def metres(here: Point, there: Point) -> float:
    """Distance on a plane that fits a town."""
    east = (here[0] - there[0]) * math.cos(math.radians((here[1] + there[1]) / 2))
    return math.hypot(east, here[1] - there[1]) * METRES


def _several(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value or ())
