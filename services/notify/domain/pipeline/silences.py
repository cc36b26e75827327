"""Silences: somebody says why certain things are not to be heard for a while. What they keep back goes out after them,
as far as it is of use then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from services.notify.domain.pipeline.routes import Match
from services.notify.domain.pipeline.subject import Subject

MATCHERS = ("kinds", "levels", "category", "area", "number", "receiver")
ALWAYS = "P1"  # kept back only by who names its case
LONGEST = dt.timedelta(days=14)  # where the rules say nothing


@dataclass(frozen=True)
class Silence:
    """All that it names must hold. The category by its beginning, the area with all that lie in it."""

    id: str
    owner: str
    reason: str
    ends_at: dt.datetime
    kinds: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    category: str = ""
    area: str = ""
    number: str = ""
    receiver: str = ""

    def covers(self, subject: Subject) -> bool:
        match = Match(self.kinds, self.levels, _one(self.category), _one(self.area))
        named = self.number in ("", subject.number) and self.receiver in ("", subject.receiver)
        return named and not match.missed(subject) and (subject.level != ALWAYS or bool(self.number))


def silence_of(subject: Subject, silences: Sequence[Silence]) -> Silence | None:
    """Of those in force, the one that covers it and lasts longest."""
    return max((one for one in silences if one.covers(subject)), key=lambda one: (one.ends_at, one.id), default=None)


def _one(text: str) -> tuple[str, ...]:
    return (text,) if text else ()
