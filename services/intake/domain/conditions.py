"""The vocabulary of rules: what a rule may ask about a report. It is closed, so that no rule is a program.

A condition is a mapping; all of its entries must hold. `all` and `any` take lists of conditions, `not` takes one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from services.intake.domain.words import plain

KINDS = ("consultation", "help", "suggestion", "complaint", "report")
LEVELS = ("P1", "P2", "P3", "P4")
PLACES = ("located", "outside", "unknown", "ambiguous")
PLACED_BY = ("position", "grid_code", "camera", "photo", "address")
_CLOCK = re.compile(r"^(?:[01]\d|2[0-3]):[0-5]\d$")
_DEEPEST = 10  # conditions within conditions


@dataclass(slots=True)
class Facts:
    """What is known about a report while rules go over it. They change category, kind, level; later ones see it."""

    source: str
    category: str
    kind: str
    level: str
    names_category: bool  # the source has named one that the catalogue knows
    text: str  # title and description, `plain`
    minute: int  # of the town's day, when it was reported
    place: str = "unknown"
    placed_by: str = ""
    anonymous: bool = True
    media: bool = False
    member: bool = False  # found by a member of ours
    settled: bool = False
    keywords: int = 0  # how many speak for the suggested category
    score: float = 0.0  # of the most likely duplicate, see duplicates.py; the next three are about it too
    metres: float = float("inf")
    minutes: float = float("inf")
    same_category: bool = False


Test = Callable[[Facts], bool]


Path = tuple[str | int, ...]  # keys and positions that lead to a place in a rule set


class Problem(NamedTuple):
    """What is wrong in a rule set, where, and how to repair it."""

    path: Path
    problem: str
    repair: str


class Wrong(Exception):
    """A value does not fit: what is wrong, and how to repair it."""

    def __init__(self, problem: str, repair: str):
        super().__init__(problem)
        self.problem, self.repair = problem, repair


def texts(value: Any, allowed: tuple[str, ...] = ()) -> tuple[str, ...]:
    """One text or a list of them."""
    found = value if isinstance(value, list) else [value]
    for item in found:
        if not isinstance(item, str) or not item.strip():
            raise Wrong(f"{item!r} is no text", "write a text, or a list of texts, in quotes where they are numbers")
        if allowed and item not in allowed:
            raise Wrong(f"{item!r} is not known here", f"use {', '.join(allowed)}")
    if not found:
        raise Wrong("the list is empty", "name at least one, or leave the line out")
    return tuple(found)


def number(value: Any, least: float, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise Wrong(f"{value!r} is not a number from {least:g} to {most:g}", "write such a number, without quotes")
    return value


def truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Wrong(f"{value!r} is neither true nor false", "write true or false, without quotes")
    return value


def _member_of(field: str, allowed: tuple[str, ...] = ()) -> Callable[[Any], Test]:
    def make(value: Any) -> Test:
        wanted = frozenset(texts(value, allowed))
        return lambda facts: getattr(facts, field) in wanted

    return make


def _is(field: str) -> Callable[[Any], Test]:
    def make(value: Any) -> Test:
        wanted = truth(value)
        return lambda facts: getattr(facts, field) is wanted

    return make


def _at_least(field: str, least: float, most: float) -> Callable[[Any], Test]:
    def make(value: Any) -> Test:
        wanted = number(value, least, most)
        return lambda facts: getattr(facts, field) >= wanted

    return make


def _at_most(field: str, most: float) -> Callable[[Any], Test]:
    def make(value: Any) -> Test:
        wanted = number(value, 0, most)
        return lambda facts: getattr(facts, field) <= wanted

    return make


def _category(value: Any) -> Test:
    beginnings = texts(value)
    return lambda facts: facts.category.startswith(beginnings)


def _words(quantity: Callable[[Any], bool]) -> Callable[[Any], Test]:
    def make(value: Any) -> Test:
        words = tuple(plain(word) for word in texts(value))
        return lambda facts: quantity(word in facts.text for word in words)

    return make


def _hours(value: Any) -> Test:
    if not isinstance(value, dict) or set(value) != {"from", "to"}:
        raise Wrong("hours are no from and to", 'write {from: "22:00", to: "07:00"}')
    for clock in value.values():
        if not isinstance(clock, str) or not _CLOCK.match(clock):
            raise Wrong(f"{clock!r} is no time of day", 'write it in quotes, for example "08:30"')
    start, end = (int(value[key][:2]) * 60 + int(value[key][3:]) for key in ("from", "to"))
    if start <= end:
        return lambda facts: start <= facts.minute < end
    return lambda facts: facts.minute >= start or facts.minute < end


CANDIDATE: dict[str, Callable[[Any], Test]] = {  # about the most likely duplicate: only for rules that merge
    "score": _at_least("score", 0, 1),
    "metres": _at_most("metres", 300),
    "minutes": _at_most("minutes", 525_600),
    "same_category": _is("same_category"),
}
CONDITIONS: dict[str, Callable[[Any], Test]] = {
    "source": _member_of("source"),
    "kind": _member_of("kind", KINDS),
    "level": _member_of("level", LEVELS),
    "category": _category,
    "names_category": _is("names_category"),
    "text_any": _words(any),
    "text_all": _words(all),
    "hours": _hours,
    "place": _member_of("place", PLACES),
    "placed_by": _member_of("placed_by", PLACED_BY),
    "anonymous": _is("anonymous"),
    "media": _is("media"),
    "member": _is("member"),
    "settled": _is("settled"),
    "keywords": _at_least("keywords", 1, 100),
    **CANDIDATE,
}


def condition(value: Any, path: Path, problems: list[Problem], depth: int = 0) -> Test:
    """The test of a condition; what is wrong in it is added to the problems, all at once."""
    if not isinstance(value, dict):
        problems.append(Problem(path, "a condition is no mapping", "write for example {text_any: [起火, 爆炸]}"))
        return _never
    if depth > _DEEPEST:
        problems.append(Problem(path, "conditions lie too deep in each other", "make two rules of it"))
        return _never
    tests = [_entry(key, part, (*path, key), problems, depth + 1) for key, part in value.items()]
    return tests[0] if len(tests) == 1 else lambda facts: all(test(facts) for test in tests)


def _entry(key: Any, part: Any, path: Path, problems: list[Problem], depth: int) -> Test:
    if key == "not":
        test = condition(part, path, problems, depth)
        return lambda facts: not test(facts)
    if key in ("all", "any") and isinstance(part, list):
        tests = [condition(one, (*path, at), problems, depth) for at, one in enumerate(part)]
        quantity = all if key == "all" else any
        return lambda facts: quantity(test(facts) for test in tests)
    try:
        if key in ("all", "any"):
            raise Wrong(f"{key} takes a list of conditions", f"write {key}: [{{…}}, {{…}}]")
        if key not in CONDITIONS:
            raise Wrong(f"there is no condition {key!r}", f"use {', '.join([*CONDITIONS, 'all', 'any', 'not'])}")
        return CONDITIONS[key](part)
    except Wrong as wrong:
        problems.append(Problem(path, wrong.problem, wrong.repair))
        return _never


def _never(facts: Facts) -> bool:
    return False


def asks_about_candidates(value: Any) -> bool:
    """Whether a condition says anything about the most likely duplicate."""
    if isinstance(value, list):
        return any(map(asks_about_candidates, value))
    return isinstance(value, dict) and any(key in CANDIDATE or asks_about_candidates(v) for key, v in value.items())
