"""Whether a silence may be: about something, for a bounded time, within the rights of whoever asks for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from services.notify.domain.pipeline.duration import duration
from services.notify.domain.pipeline.silences import LONGEST, MATCHERS

Mistake = tuple[str, str, str]  # field, what is wrong, how to repair it


def longest_of(section: Mapping[str, Any]) -> dt.timedelta:
    """How long a silence may last, by the section `notify` of a rule set."""
    text = section.get("silences", {}).get("longest")
    return duration(text) if text else LONGEST


def mistakes_of(
    matchers: Mapping[str, Any], starts_at: dt.datetime, ends_at: dt.datetime, now: dt.datetime, longest: dt.timedelta
) -> list[Mistake]:
    """What keeps it from being; empty: it may be."""
    found: list[Mistake] = []
    if not any(matchers.get(name) for name in MATCHERS):
        found.append(("matchers", "it would be about everything", f"name some of {', '.join(MATCHERS)}"))
    if ends_at <= max(starts_at, now):
        found.append(("ends_at", "it is over before it begins", "give a later end"))
    elif ends_at - max(starts_at, now) > longest:
        days = longest / dt.timedelta(days=1)
        found.append(("ends_at", f"it lasts longer than {days:g} days", "end it earlier; it can be made again then"))
    return found


def within(asked: str, bound: str, paths: Sequence[str]) -> str:
    """The area of a silence by somebody whose rights end at `bound`: theirs, where none is asked for. `paths`: the
    areas around the one that is asked for, from the root down. Raises ValueError when that lies outside."""
    if not asked:
        return bound
    if bound not in paths:
        raise ValueError(f"your rights end at the area {bound!r}: {asked!r} lies outside; ask the desk")
    return asked
