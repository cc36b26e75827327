"""What is wrong in the section `callback` of a rule set: read whole, or refused whole with every mistake."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from services.callback.domain.calls import TIMES
from services.callback.domain.question_rules import question_problems
from services.callback.domain.rules import AT_ONCE, CHANNELS, NEXT_WORKING_DAY, UNITS, WHOSE, duration
from shared.checks import Check, Place, Problem, mapping, number, one_of, part, some_of, yes_or_no

LEVELS = ("P1", "P2", "P3", "P4")
KINDS = ("consultation", "help", "suggestion", "complaint", "report")
NEEDED = ("ask", "when", "attempts", "window", "dissatisfied_is_rework")


def mistakes_in(section: Any) -> list[Problem]:
    """All that is wrong; empty when the section can come into force. No section at all: the field's defaults."""
    if section == {}:
        return []
    return list(mapping(section, (), CHECKS, NEEDED))


def _texts(value: Any, at: Place) -> Iterator[Problem]:
    if not isinstance(value, list) or any(not isinstance(one, str) or not one for one in value):
        yield at, "this is no list of names", "write [name, …], or [] for none"


def _duration(value: Any, at: Place) -> Iterator[Problem]:
    try:
        duration(value if isinstance(value, str) else str(value))
    except ValueError as error:
        yield at, str(error), f"write 14 day, 30 minute …; units are {', '.join(UNITS)}"


def _settle(value: Any, at: Place) -> Iterator[Problem]:
    yield from mapping(value, at, dict.fromkeys(CHANNELS, _duration))


def _share(value: Any, at: Place) -> Iterator[Problem]:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        yield at, f"{value!r} is no number from 0 to 1", "correct it"


def _ask(value: Any, at: Place) -> Iterator[Problem]:
    yield from mapping(value, at, ASK, ("kinds", "levels", "sample_percent"))


def _calls(value: Any, at: Place) -> Iterator[Problem]:
    yield from mapping(value, at, {"times": one_of(TIMES), "lease": _duration})


def _link(value: Any, at: Place) -> Iterator[Problem]:
    yield from mapping(value, at, {"after": _duration, "open": _duration})


ASK: dict[str, Check] = {
    "kinds": some_of(KINDS),
    "levels": some_of(LEVELS),
    "sources": _texts,
    "sample_percent": number(0, 100),
    "top_up": yes_or_no,
    "services": yes_or_no,
}
WATCH: dict[str, Check] = {
    "quick": _duration,
    "within": _duration,
    "device": number(1, 1000),
    "taker": number(1, 1000),
    "handler": number(1, 1000),
}
FIGURES: dict[str, Check] = {"alarm": _share, "alarm_from": number(1, 1_000_000), "stop_words": _texts}
CHECKS: dict[str, Check] = {
    "ask": _ask,
    "when": one_of((NEXT_WORKING_DAY, AT_ONCE)),
    "attempts": number(1, 20),
    "window": _duration,
    "dissatisfied_is_rework": yes_or_no,
    "whose": one_of(WHOSE),
    "settle": _settle,
    "look": _duration,
    "second_look": _duration,
    "problem_after": number(1, 20),
    "objection": _duration,
    "questions": question_problems,
    "watch": part(WATCH),
    "figures": part(FIGURES),
    "calls": _calls,
    "link": _link,
}
