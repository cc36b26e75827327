"""The part `unread` of the section `notify` of a rule set (deploy/towns/format.md): which notices are watched until
they are read, and what happens when they are not. Read whole or refused whole; without it nothing is watched."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.notify.domain.pipeline.duration import UNITS, duration
from services.notify.domain.pipeline.subject import LEVELS
from services.notify.domain.unread import LEADER, NEXT_CHANNEL, Step
from shared.checks import Place, Problem, mapping

WATCHABLE = (  # notices that ask their member to do something about a case
    *("work_assigned", "work_offered", "work_escalated", "work_reminded", "work_sent_back", "work_resumed"),
    *("check_wanted", "check_taken_over", "check_escalated", "check_reminded", "yellow_card", "red_card"),
    *("approval_wanted", "more_time_wanted", "assist_wanted", "answer_awaited", "answer_passed_up", "notice_unread"),
)
MEASURES = (NEXT_CHANNEL, LEADER)
_LONGEST = dt.timedelta(days=7)
_STEPS = 10
_STEP = "{after: 3 minute, to: next_channel}"


@dataclass(frozen=True)
class Watching:
    """Which notices are watched, and what happens when nobody reads them: by level, as the rule set says it."""

    kinds: frozenset[str] = frozenset()
    steps: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of_rules(cls, section: Mapping[str, Any]) -> Watching:
        """Of a section `notify` without mistakes."""
        part = section.get("unread")
        return cls(frozenset(part["kinds"]), part["steps"]) if part else cls()

    def of(self, kind: str, about: Mapping[str, Any]) -> list[Any] | None:
        """The ladder of a notice, to be copied; None when it is not watched. `about`: what it says."""
        return self.steps.get(about.get("level") or "") if kind in self.kinds and about.get("number") else None


def steps_of(document: Sequence[Mapping[str, Any]]) -> tuple[Step, ...]:
    """Of a ladder without mistakes."""
    return tuple(Step(duration(step["after"]), step["to"]) for step in document)


def problems(part: Any, at: Place) -> Iterator[Problem]:
    """All that is wrong in the part, which stands there."""
    yield from mapping(part, at, {"kinds": _kinds, "steps": _ladders}, ("kinds", "steps"))


def _kinds(kinds: Any, at: Place) -> Iterator[Problem]:
    repair = f"use {', '.join(WATCHABLE)}"
    if not isinstance(kinds, list) or not kinds:
        yield at, "this is no list of notices that are watched", repair
        return
    for n, kind in enumerate(kinds):
        if kind not in WATCHABLE:
            yield (*at, n), f"{kind!r} is no notice that asks for something", repair


def _ladders(ladders: Any, at: Place) -> Iterator[Problem]:
    if not isinstance(ladders, dict) or not ladders:
        yield at, "this is no mapping of levels", f"write {{P1: [{_STEP}]}}"
        return
    for level, steps in ladders.items():
        place = (*at, level)
        if level not in LEVELS:
            yield place, f"{level!r} is no level", f"use {', '.join(LEVELS)}"
        if not isinstance(steps, list) or not 0 < len(steps) <= _STEPS:
            yield place, f"this is no list of 1 to {_STEPS} steps", f"write - {_STEP}"
            continue
        yield from _steps(steps, place)


def _steps(steps: Sequence[Any], at: Place) -> Iterator[Problem]:
    before = dt.timedelta()
    for n, step in enumerate(steps):
        place = (*at, n)
        if not isinstance(step, dict):
            yield place, "this is no mapping", f"write {_STEP}"
            continue
        for key in step.keys() - {"after", "to"}:
            yield (*place, key), f"nobody reads {key!r}", "use after, to"
        if step.get("to") not in MEASURES:
            yield (*place, "to"), f"{step.get('to')!r} is not known here", f"use {', '.join(MEASURES)}"
        try:
            after = duration(str(step.get("after")))
        except ValueError as error:
            repair = f"write a whole number above 0 and one of {', '.join(UNITS)}"
            yield (*place, "after"), str(error), repair
            continue
        if not before < after <= _LONGEST:
            repair = "count each from when the member was told, one after the other, at most 7 day"
            yield (*place, "after"), f"{step['after']!r} does not come after the step before it", repair
        before = after
