"""What is wrong in the parts `limits`, `ladder`, `quiet_hours` and `supervision` of a section `dispatch`: each mistake
with its place. A ladder without mistakes never ends, so that every open order has a next step, always."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from services.dispatch.domain.escalation import (
    ESCALATE,
    MEASURES,
    NOT_ACKNOWLEDGED,
    NOT_RESOLVED,
    NOT_VERIFIED,
    REMIND,
)
from services.dispatch.domain.limits import WALL, WORKING, Duration
from services.dispatch.domain.policy_data import KINDS, LEVELS
from services.dispatch.domain.posts import CHECKER, DESK, LEADER, WORKER
from shared.checks import Place, Problem, keys

WATCHES = (NOT_ACKNOWLEDGED, NOT_RESOLVED, NOT_VERIFIED)
WHOM = (WORKER, CHECKER, LEADER, DESK)
NEEDED, OPTIONAL = ("step", "when", "after", "measure", "to"), ("later", "copy", "points", "every")
LIMITS = {"acknowledge": LEVELS, "level": LEVELS, "kind": KINDS, "verify": LEVELS}
_STEPS = 40
_DURATION = f"write a whole number above 0 and one of {', '.join((*WALL, *WORKING))}"
Check = Callable[[Any], bool]


def problems(section: Mapping[str, Any]) -> list[Problem]:
    """All that is wrong in those of the parts that are there."""
    return [problem for part, wrong in _PARTS.items() if part in section for problem in wrong(section[part], (part,))]


def _limits(limits: Any, at: Place) -> Iterator[Problem]:
    yield from _keys(limits, at, LIMITS, ())
    for name, known in LIMITS.items() if isinstance(limits, dict) else ():
        part = limits.get(name)
        yield from _keys(part, (*at, name), known, known if known == LEVELS else ())
        for key, text in part.items() if isinstance(part, dict) else ():
            if not _is_duration(text):
                yield (*at, name, key), f"{text!r} is no duration", _DURATION


def step_problems(ladder: Any, at: Place, whens: Collection[str] = WATCHES) -> Iterator[Problem]:
    """What is wrong in the steps of a ladder that watches these limits, of orders or of something else."""
    if not _is_list(ladder):
        yield at, f"this is no list of 1 to {_STEPS} steps", "write - {step: 1, when: …, after: …, measure: …, to: …}"
        return
    numbers: set[Any] = set()
    for n, step in enumerate(ladder):
        yield from _step(step, (*at, n), whens)
        number = step.get("step") if isinstance(step, dict) else None
        if isinstance(number, int) and number in numbers:
            yield (*at, n, "step"), f"step {number} stands twice", "number them 1, 2, 3 …"
        numbers.add(number if isinstance(number, int) else None)


def _ladder(ladder: Any, at: Place) -> Iterator[Problem]:
    yield from step_problems(ladder, at)
    if not _is_list(ladder):
        return
    endless = {step.get("when") for step in ladder if isinstance(step, dict) and step.get("every")}
    for when in WATCHES:
        if when not in endless:
            repair = f"end with - {{when: {when}, measure: remind, every: 1 working_day, …}}"
            yield at, f"what is {when} would be forgotten after the last step", repair


def _is_list(ladder: Any) -> bool:
    return isinstance(ladder, list) and 0 < len(ladder) <= _STEPS


def _step(step: Any, at: Place, whens: Collection[str]) -> Iterator[Problem]:
    yield from _keys(step, at, (*NEEDED, *OPTIONAL), NEEDED)
    if not isinstance(step, dict):
        return
    for key in step.keys() & _STEP.keys():
        fits, repair = _STEP[key]
        if not fits(step[key]):
            yield (*at, key), f"{step[key]!r} does not fit", repair
    if step.get("when") in WATCHES and step["when"] not in whens:
        yield (*at, "when"), f"{step['when']} is not watched here", f"use {', '.join(whens)}"
    if step.get("measure") == ESCALATE and step.get("to") not in (LEADER, DESK):
        yield (*at, "to"), "escalate goes to somebody above", f"write {LEADER} or {DESK}"
    if "every" in step and step.get("measure") != REMIND:
        yield (*at, "every"), "only reminders repeat", f"write measure: {REMIND}, or leave every out"
    for key in ("to", "copy"):
        if step.get(key) == CHECKER and step.get("when") != NOT_VERIFIED:
            yield (*at, key), "nobody checks yet", f"{CHECKER} goes with when: {NOT_VERIFIED}"


def _quiet(quiet: Any, at: Place) -> Iterator[Problem]:
    yield from _keys(quiet, at, ("from", "to", "except"), ("from", "to"))
    if not isinstance(quiet, dict):
        return
    for key in quiet.keys() & {"from", "to"}:
        if not _is_time(quiet[key]):
            yield (*at, key), f"{quiet[key]!r} is no time of day", 'write it in quotes, for example "22:00"'
    excepted = quiet.get("except", [])
    if not isinstance(excepted, list) or any(level not in LEVELS for level in excepted):
        yield (*at, "except"), f"{excepted!r} is no list of levels", f"write some of {', '.join(LEVELS)}"


def _supervision(part: Any, at: Place) -> Iterator[Problem]:
    yield from _keys(part, at, _SUPERVISION, ())
    for name, known in _SUPERVISION.items() if isinstance(part, dict) else ():
        if name not in part:
            continue
        yield from _keys(part[name], (*at, name), known, ())
        for key in part[name].keys() & known if isinstance(part[name], dict) else ():
            fits, repair = _POINTS if key == "points" else _COUNT
            if not fits(part[name][key]):
                yield (*at, name, key), f"{part[name][key]!r} does not fit", repair


def _keys(value: Any, at: Place, known: Collection[str], needed: Collection[str]) -> Iterator[Problem]:
    """As `keys`; a part below the first that needs nothing may be left out."""
    if value is not None or needed or len(at) == 1:
        yield from keys(value, at, known, needed)


def _number(value: Any, least: float, most: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most


def _whole(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and _number(value, least, most)


def _is_duration(value: Any) -> bool:
    try:
        return isinstance(value, str) and Duration.read(value).amount > 0
    except ValueError:
        return False


def _is_time(value: Any) -> bool:
    try:
        return isinstance(value, str) and dt.time.fromisoformat(value).tzinfo is None
    except ValueError:
        return False


def _one_of(*allowed: str) -> tuple[Check, str]:
    return lambda value: value in allowed, f"use {', '.join(allowed)}"


_POINTS: tuple[Check, str] = (lambda value: _number(value, -100, 100), "write points from -100 to 100, usually below 0")
_COUNT: tuple[Check, str] = (lambda value: _whole(value, 0, 1000), "write a whole number from 0 (never) to 1000")
_STEP: dict[str, tuple[Check, str]] = {
    "step": (lambda value: _whole(value, 1, 1000), "write a whole number from 1"),
    "when": _one_of(*WATCHES),
    "after": (lambda value: _number(value, 0.01, 100), "write a share of the limit, for example 0.8"),
    "later": (_is_duration, _DURATION),
    "every": (_is_duration, _DURATION),
    "measure": _one_of(*MEASURES),
    "to": _one_of(*WHOM),
    "copy": _one_of(*WHOM),
    "points": _POINTS,
}
_SUPERVISION: dict[str, tuple[str, ...]] = {
    "letter": ("yellows", "points"),
    "interview": ("reds", "reds_in_a_row"),
    "problem_case": ("transfers",),
}
_PARTS: dict[str, Callable[[Any, Place], Iterator[Problem]]] = {
    "limits": _limits,
    "ladder": _ladder,
    "quiet_hours": _quiet,
    "supervision": _supervision,
}
