"""The town's rules about projects: the part `projects` of the section `dispatch` of a rule set (towns/format.md).
Without a ladder of its own, tasks are watched by the steps of the town's ladder that watch what is not resolved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from services.dispatch.domain.escalation import MEASURES, NOT_RESOLVED, Step
from services.dispatch.domain.limits import Duration, Quiet
from services.dispatch.domain.policy_data import Problem

RECEIVERS = ("worker", "leader", "desk")
MOST_STEPS, MOST_SHARE = 50, 10
OPTIONAL = ("later", "copy", "every")


@dataclass(frozen=True)
class Watching:
    """What is copied onto a task when it is entered."""

    ladder: tuple[Step, ...] = ()
    quiet: Quiet | None = None

    @classmethod
    def of(cls, section: dict[str, Any]) -> Watching:
        """Of a section without problems."""
        own = (section.get("projects") or {}).get("ladder")
        steps = [Step.of(step) for step in own or section.get("ladder") or ()]
        return cls(tuple(s for s in steps if s.when == NOT_RESOLVED), Quiet.of(section.get("quiet_hours")))


def project_problems(part: Any) -> list[Problem]:
    """All that is wrong in a part `projects`; with problems it must not be used."""
    if part is None:
        return []
    ladder = part.get("ladder") if isinstance(part, dict) else None
    if not isinstance(ladder, list) or set(part) != {"ladder"} or not 0 < len(ladder) <= MOST_STEPS:
        return [(("projects",), "this is no ladder", f"write projects: {{ladder: […]}}, of 1 to {MOST_STEPS} steps")]
    found = [problem for at, step in enumerate(ladder) for problem in _wrong_with(step, ("projects", "ladder", at))]
    numbers = [step["step"] for step in ladder if not found]
    if len(set(numbers)) < len(numbers):
        found.append((("projects", "ladder"), "two steps have the same number", "number them 1, 2, 3 …"))
    return found


def _wrong_with(step: Any, place: tuple[Any, ...]) -> list[Problem]:
    if not isinstance(step, dict):
        return [(place, "this is no step", f"write a mapping of {', '.join(KEYS)}")]
    found: list[Problem] = [
        ((*place, key), f"nobody reads {key!r}", f"use {', '.join(KEYS)}") for key in step.keys() - KEYS
    ]
    for key, (fits, repair) in KEYS.items():
        if key not in step and key not in OPTIONAL:
            found.append(((*place, key), "it is missing", f"write {repair}"))
        elif key in step and not fits(step[key]):
            found.append(((*place, key), f"{step[key]!r} does not fit", f"write {repair}"))
    return found


def _number(least: float, most: float, whole: bool) -> Callable[[Any], bool]:
    def fits(value: Any) -> bool:
        kinds = (int,) if whole else (int, float)
        return isinstance(value, kinds) and not isinstance(value, bool) and least <= value <= most

    return fits


def _is_duration(value: Any) -> bool:
    try:
        return bool(Duration.read(value).amount)
    except (ValueError, AttributeError):
        return False


KEYS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "step": (_number(1, 1000, True), "a whole number: 1, 2, 3 …"),
    "when": (lambda value: value == NOT_RESOLVED, f"{NOT_RESOLVED}: that it is not done is all that is watched"),
    "after": (_number(0.01, MOST_SHARE, False), "the share of the time that has passed: 0.8, 1.0 …"),
    "later": (_is_duration, "a duration: 1 working_day"),
    "every": (_is_duration, "a duration after which it comes again: 2 working_day"),
    "copy": (lambda value: value in RECEIVERS, f"who hears it, too: one of {', '.join(RECEIVERS)}"),
    "measure": (lambda value: value in MEASURES, f"one of {', '.join(MEASURES)}"),
    "to": (lambda value: value in RECEIVERS, f"one of {', '.join(RECEIVERS)}: the owner, the leader above, the desk"),
}
