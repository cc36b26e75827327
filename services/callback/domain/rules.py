"""The section `callback` of a rule set: whom to ask, how long, with which questions, and what an answer comes to.

What holds for one follow-up is copied onto it when it is planned (`Terms`): a later rule set changes nothing about it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.callback.domain.figures import STOP_WORDS, Figuring
from services.callback.domain.questions import Questions
from services.callback.domain.watch import Watch

AT_ONCE, NEXT_WORKING_DAY = "at_once", "next_working_day"
FIRST, MAJORITY, WORST = "first", "majority", "worst"  # whose answer counts, of several reporters
WHOSE = (FIRST, MAJORITY, WORST)
DESK, PAGE, CHAT, SOURCE = "desk", "page", "chat", "source"
CHANNELS = (DESK, PAGE, CHAT, SOURCE)
UNITS = {"second": 1, "minute": 60, "emergency_hour": 3600, "day": 86400}  # of the clock on the wall
HALF_HOUR, NOTHING = dt.timedelta(minutes=30), dt.timedelta(0)


@dataclass(frozen=True)
class Terms:
    """What holds for one follow-up from its plan to its end."""

    whose: str = FIRST
    settle: Mapping[str, dt.timedelta] = field(default_factory=lambda: {PAGE: HALF_HOUR, CHAT: HALF_HOUR})
    look: dt.timedelta = NOTHING  # how long a dissatisfied answer without a call waits for the desk to look at it
    second_look: dt.timedelta = dt.timedelta(days=3)  # then a demand that one has called unreasonable is reasonable
    dissatisfied_is_rework: bool = True
    problem_after: int = 3  # rounds
    objection: dt.timedelta = dt.timedelta(days=14)

    def as_data(self) -> dict[str, Any]:
        """As it stands in the follow-up; durations in seconds."""
        return {
            "whose": self.whose,
            "settle": {channel: wait.total_seconds() for channel, wait in self.settle.items()},
            "look": self.look.total_seconds(),
            "second_look": self.second_look.total_seconds(),
            "dissatisfied_is_rework": self.dissatisfied_is_rework,
            "problem_after": self.problem_after,
            "objection": self.objection.total_seconds(),
        }

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Terms:
        usual = cls().as_data() | dict(data)
        return cls(
            usual["whose"],
            {channel: dt.timedelta(seconds=wait) for channel, wait in usual["settle"].items()},
            dt.timedelta(seconds=usual["look"]),
            dt.timedelta(seconds=usual["second_look"]),
            usual["dissatisfied_is_rework"],
            usual["problem_after"],
            dt.timedelta(seconds=usual["objection"]),
        )


@dataclass(frozen=True)
class Rules:
    """The rules in force; without a rule set, the defaults of the field."""

    kinds: frozenset[str] = frozenset({"complaint", "report"})
    levels: frozenset[str] = frozenset({"P1", "P2"})
    sources: frozenset[str] = frozenset()  # whose matters are always asked about, such as leaders' items
    sample_percent: int = 10
    top_up: bool = True
    services: bool = True  # whoever orders a service confirms it
    when: str = NEXT_WORKING_DAY
    attempts: int = 3
    window: dt.timedelta = dt.timedelta(days=14)
    terms: Terms = field(default_factory=Terms)
    questions: Questions = field(default_factory=lambda: Questions.of({}))
    watch: Watch = field(default_factory=Watch)
    figuring: Figuring = field(default_factory=Figuring)

    @classmethod
    def of(cls, section: Mapping[str, Any]) -> Rules:
        """From a section that `rule_set.mistakes_in` finds nothing wrong in."""
        if not section:
            return cls()
        ask, usual = section["ask"], Terms()
        settle = dict(usual.settle) | {key: duration(text) for key, text in section.get("settle", {}).items()}
        return cls(
            frozenset(ask["kinds"]),
            frozenset(ask["levels"]),
            frozenset(ask.get("sources", ())),
            ask["sample_percent"],
            ask.get("top_up", True),
            ask.get("services", True),
            section["when"],
            section["attempts"],
            duration(section["window"]),
            Terms(
                section.get("whose", usual.whose),
                settle,
                duration(section["look"]) if "look" in section else usual.look,
                duration(section["second_look"]) if "second_look" in section else usual.second_look,
                section["dissatisfied_is_rework"],
                section.get("problem_after", usual.problem_after),
                duration(section["objection"]) if "objection" in section else usual.objection,
            ),
            Questions.of(section.get("questions", {})),
            _watch(section.get("watch", {})),
            _figuring(section.get("figures", {})),
        )


def _watch(part: Mapping[str, Any]) -> Watch:
    read: dict[str, Any] = {key: duration(one) if isinstance(one, str) else one for key, one in part.items()}
    return Watch(**read)


def _figuring(part: Mapping[str, Any]) -> Figuring:
    words: dict[str, Any] = {"stop_words": STOP_WORDS | {word.lower() for word in part.get("stop_words", ())}}
    return Figuring(**dict(part) | words)


def duration(text: str) -> dt.timedelta:
    """`14 day`, `120 second`. Raises ValueError."""
    count, _, unit = text.partition(" ")
    if unit not in UNITS or not (count.isascii() and count.isdigit()):
        raise ValueError(f"{text!r} must be a whole number and one of {', '.join(UNITS)}")
    return dt.timedelta(seconds=int(count) * UNITS[unit])
