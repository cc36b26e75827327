"""What is wrong in a town's policies of assignment: each mistake with its place, so that its line can be named."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from services.dispatch.domain.limits import Duration
from services.dispatch.domain.policy import FACTORS, GRID, TOWN, WAYS, WEIGHED
from services.dispatch.domain.words import DEPARTMENTS
from shared.checks import Check, Place, Problem, mapping

LEVELS = ("P1", "P2", "P3", "P4")
KINDS = ("consultation", "help", "suggestion", "complaint", "report")
NEEDED = ("name", "when", "way")
_LONGEST, _MOST = 60, 100  # characters of a name; policies


def problems_of(policies: Any, at: Place = ("assignment",)) -> list[Problem]:
    """All that is wrong in the part `assignment` of a section `dispatch`; empty when it can come into force."""
    if not isinstance(policies, list) or len(policies) > _MOST:
        return [(at, f"this is no list of at most {_MOST} policies", "write - {name: …, when: {…}, way: …}")]
    found = [problem for n, policy in enumerate(policies) for problem in _policy(policy, (*at, n))]
    names: set[str] = set()
    for n, policy in enumerate(policies):
        name = policy.get("name") if isinstance(policy, dict) else None
        if isinstance(name, str) and name in names:
            found.append(((*at, n, "name"), f"{name!r} stands twice", "give each a name: choices are explained by it"))
        names.add(name if isinstance(name, str) else "")
    return found


def _policy(policy: Any, at: Place) -> Iterator[Problem]:
    yield from mapping(policy, at, CHECKS, NEEDED)
    if isinstance(policy, dict) and (policy.get("way") == WEIGHED) != bool(policy.get("weights")):
        yield at, "weights go with way: weighed, and only with it", "write weights: {skill: 30, load: 40, …}, or none"


def _name(value: Any, at: Place) -> Iterator[Problem]:
    if not isinstance(value, str) or not 0 < len(value.strip()) <= _LONGEST:
        yield at, "the name is no short text", f"name it in 1 to {_LONGEST} characters"


def _when(value: Any, at: Place) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield at, "a condition is a mapping", "write {} for everything, or {category: …, level: …, kind: …}"
        return
    for key, part in value.items():
        known = {"level": LEVELS, "kind": KINDS, "category": None}
        if key not in known:
            yield (*at, key), f"there is no condition {key!r}", f"use {', '.join(known)}"
            continue
        several, allowed = part if isinstance(part, list) else [part], known[key]
        for one in several or [None]:
            if not isinstance(one, str) or not one or (allowed and one not in allowed):
                repair = f"use {', '.join(allowed)}" if allowed else "write beginnings of codes in quotes, as 04"
                yield (*at, key), f"{one!r} is no {key}", repair


def _one_of(*allowed: str) -> Callable[[Any, Place], Iterator[Problem]]:
    def check(value: Any, at: Place) -> Iterator[Problem]:
        if not isinstance(value, str) or value not in allowed:
            yield at, f"{value!r} is not known here", f"use {', '.join(allowed)}"

    return check


def _positive(value: Any, at: Place) -> Iterator[Problem]:
    if not _number(value) or not 0 < value <= 100_000:
        yield at, f"{value!r} is no number above 0", "write a number from 1 to 100000"


def _weights(value: Any, at: Place) -> Iterator[Problem]:
    if not isinstance(value, Mapping) or not value:
        yield at, "weights are a mapping", f"write a number for some of {', '.join(FACTORS)}"
        return
    for key, part in value.items():
        if key not in FACTORS:
            yield (*at, key), f"there is no factor {key!r}", f"use {', '.join(FACTORS)}"
        elif not _number(part) or not 0 <= part <= 1000:
            yield (*at, key), f"{part!r} is no weight", "write a number from 0 to 1000"
    if not any(_number(part) and part > 0 for part in value.values()):
        yield at, "nothing has any weight", "give one factor a number above 0"


def _pool(value: Any, at: Place) -> Iterator[Problem]:
    if not isinstance(value, dict) or value.keys() != {"among", "within"}:
        yield at, "a pool has among and within, and nothing else", "write {among: grid, within: 30 minute}"
        return
    yield from _one_of(GRID, TOWN)(value["among"], (*at, "among"))
    try:
        Duration.read(value["within"])
    except (ValueError, AttributeError):
        yield (*at, "within"), f"{value['within']!r} is no duration", "write 30 minute, or 2 working_hour"


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


CHECKS: dict[str, Check] = {
    "name": _name,
    "when": _when,
    "way": _one_of(*WAYS),
    "to": _one_of("worker", *DEPARTMENTS),
    "weights": _weights,
    "full_load": _positive,
    "far_m": _positive,
    "pool": _pool,
}
