"""What is wrong in the section `callback` of a rule set: read whole, or refused whole with every mistake."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from services.callback.domain.calls import TIMES
from services.callback.domain.question_rules import question_problems
from services.callback.domain.rules import AT_ONCE, CHANNELS, NEXT_WORKING_DAY, UNITS, WHOSE, duration
from services.callback.domain.words import Place, Problem

LEVELS = ("P1", "P2", "P3", "P4")
KINDS = ("consultation", "help", "suggestion", "complaint", "report")
NEEDED = ("ask", "when", "attempts", "window", "dissatisfied_is_rework")
Check = Callable[[Any, Place], Iterator[Problem]]


def mistakes_in(section: Any) -> list[Problem]:
    """All that is wrong; empty when the section can come into force. No section at all: the field's defaults."""
    if section == {}:
        return []
    return list(_mapping(section, (), CHECKS, NEEDED))


def _mapping(value: Any, at: Place, checks: Mapping[str, Check], needed: Collection[str] = ()) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield at, "this is no mapping", f"write a mapping of {', '.join(checks)}"
        return
    for key in value.keys() - checks.keys():
        yield (*at, key), f"nobody reads {key!r}", f"use {', '.join(checks)}"
    for key in [key for key in needed if key not in value]:
        yield at, f"it has no {key}", f"write {key}: …"
    for key, check in checks.items():
        if key in value:
            yield from check(value[key], (*at, key))


def _some_of(words: Collection[str]) -> Check:
    def check(value: Any, at: Place) -> Iterator[Problem]:
        if not isinstance(value, list) or any(one not in words for one in value):
            yield at, f"this is no list of {', '.join(words)}", "use these, or [] for none"

    return check


def _one_of(words: Collection[str]) -> Check:
    def check(value: Any, at: Place) -> Iterator[Problem]:
        if value not in words:
            yield at, f"{value!r} is none of {', '.join(words)}", "use one of these"

    return check


def _number(least: int, most: int) -> Check:
    def check(value: Any, at: Place) -> Iterator[Problem]:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            yield at, f"{value!r} is no whole number from {least} to {most}", "correct it"

    return check


def _texts(value: Any, at: Place) -> Iterator[Problem]:
    if not isinstance(value, list) or any(not isinstance(one, str) or not one for one in value):
        yield at, "this is no list of names", "write [name, …], or [] for none"


def _yes_or_no(value: Any, at: Place) -> Iterator[Problem]:
    if not isinstance(value, bool):
        yield at, f"{value!r} is neither true nor false", "write true or false"


def _duration(value: Any, at: Place) -> Iterator[Problem]:
    try:
        duration(value if isinstance(value, str) else str(value))
    except ValueError as error:
        yield at, str(error), f"write 14 day, 30 minute …; units are {', '.join(UNITS)}"


def _settle(value: Any, at: Place) -> Iterator[Problem]:
    yield from _mapping(value, at, dict.fromkeys(CHANNELS, _duration))


def _share(value: Any, at: Place) -> Iterator[Problem]:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        yield at, f"{value!r} is no number from 0 to 1", "correct it"


def _part(checks: Mapping[str, Check]) -> Check:
    return lambda value, at: _mapping(value, at, checks)


def _ask(value: Any, at: Place) -> Iterator[Problem]:
    yield from _mapping(value, at, ASK, ("kinds", "levels", "sample_percent"))


def _calls(value: Any, at: Place) -> Iterator[Problem]:
    yield from _mapping(value, at, {"times": _one_of(TIMES), "lease": _duration})


def _link(value: Any, at: Place) -> Iterator[Problem]:
    yield from _mapping(value, at, {"after": _duration, "open": _duration})


ASK: dict[str, Check] = {
    "kinds": _some_of(KINDS),
    "levels": _some_of(LEVELS),
    "sources": _texts,
    "sample_percent": _number(0, 100),
    "top_up": _yes_or_no,
    "services": _yes_or_no,
}
WATCH: dict[str, Check] = {
    "quick": _duration,
    "within": _duration,
    "device": _number(1, 1000),
    "taker": _number(1, 1000),
    "handler": _number(1, 1000),
}
FIGURES: dict[str, Check] = {"alarm": _share, "alarm_from": _number(1, 1_000_000), "stop_words": _texts}
CHECKS: dict[str, Check] = {
    "ask": _ask,
    "when": _one_of((NEXT_WORKING_DAY, AT_ONCE)),
    "attempts": _number(1, 20),
    "window": _duration,
    "dissatisfied_is_rework": _yes_or_no,
    "whose": _one_of(WHOSE),
    "settle": _settle,
    "look": _duration,
    "second_look": _duration,
    "problem_after": _number(1, 20),
    "objection": _duration,
    "questions": question_problems,
    "watch": _part(WATCH),
    "figures": _part(FIGURES),
    "calls": _calls,
    "link": _link,
}
