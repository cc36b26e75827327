"""A town's rules about scores, as data: read whole or refused whole. Without them the field's usual values hold."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from services.dispatch.domain.scoring import FIGURES, RESOLUTION, RESPONSE, SATISFACTION, Scoring

PARTS = ("weights", "credit", "alarm", "alarm_from")
WEIGHTS = {RESPONSE: 30.0, RESOLUTION: 35.0, SATISFACTION: 35.0}  # usual for a unit's score
ALARM = {SATISFACTION: 0.85}
ALARM_FROM = 20  # turns
_MOST = 1_000_000


class Problem(NamedTuple):
    """What is wrong in a rule set: where (keys from the section on), what, and how to repair it."""

    path: tuple[Any, ...]
    problem: str
    repair: str


def read_scoring(section: Any) -> tuple[Scoring, list[Problem]]:
    """The rules of a part `scores`, and all that is wrong in it; with problems the rules must not be used."""
    problems: list[Problem] = []
    given = _known({} if section is None else section, PARTS, (), problems)
    weights = _numbers(given.get("weights", WEIGHTS), FIGURES, ("weights",), problems, most=_MOST)
    if not sum(weights.values()):
        problems.append(Problem(("weights",), "nothing has a weight", "write {response_rate: 30, …}"))
    own = _known(given.get("credit", {}), FIGURES, ("credit",), problems)
    credit = {
        figure: usual | _numbers(own.get(figure, {}), usual, ("credit", figure), problems)
        for figure, usual in FIGURES.items()
    }
    alarm = _numbers(given.get("alarm", ALARM), FIGURES, ("alarm",), problems)
    enough = _numbers({"alarm_from": given.get("alarm_from", ALARM_FROM)}, PARTS, (), problems, _MOST)
    return Scoring(weights, credit, alarm, math.ceil(max(enough.get("alarm_from", ALARM_FROM), 1))), problems


def scoring_problems(section: Any) -> list[tuple[tuple[Any, ...], str, str]]:
    """What is wrong in a part `scores`, by its place in the section of the rule set."""
    return [(("scores", *problem.path), problem.problem, problem.repair) for problem in read_scoring(section)[1]]


def _known(value: Any, names: Collection[str], path: tuple[Any, ...], problems: list[Problem]) -> Mapping[str, Any]:
    """A mapping whose keys somebody reads."""
    if not isinstance(value, dict):
        problems.append(Problem(path, f"{value!r} is no mapping", f"write a mapping of {', '.join(names)}"))
        return {}
    for key in value.keys() - set(names):
        problems.append(Problem((*path, key), f"nobody reads {key!r}", f"use {', '.join(names)}"))
    return {key: part for key, part in value.items() if key in names}


def _numbers(
    value: Any, names: Collection[str], path: tuple[Any, ...], problems: list[Problem], most: float = 1
) -> dict[str, float]:
    """A mapping to numbers between 0 and `most`."""
    found = {}
    for key, part in _known(value, names, path, problems).items():
        if isinstance(part, bool) or not isinstance(part, int | float) or not 0 <= part <= most:
            problems.append(Problem((*path, key), f"{part!r} is no number from 0 to {most:,.0f}", "correct it"))
        else:
            found[key] = float(part)
    return found
