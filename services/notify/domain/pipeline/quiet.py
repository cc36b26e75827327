"""Quiet hours, by the clocks of the town: what is not urgent waits for the morning."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from services.notify.domain.pipeline.subject import Subject, level_of
from services.notify.domain.town_time import TOWN_TIME

ALWAYS = "P1"  # whatever the rules say: it wakes people


class Quiet(NamedTuple):
    """From `begin` until before `end`, perhaps over midnight. `exempt`: levels that wake people."""

    begin: dt.time
    end: dt.time
    exempt: frozenset[str]


def clock(text: str) -> dt.time:
    """`22:00`. Raises ValueError."""
    return dt.datetime.strptime(text, "%H:%M").time()


def quiet_until(quiet: Quiet | None, subject: Subject, now: dt.datetime) -> dt.datetime | None:
    """When it may be said; None: now."""
    level = level_of(subject)
    if quiet is None or level == ALWAYS or level in quiet.exempt:
        return None
    here = now.astimezone(TOWN_TIME)
    time, over_midnight = here.time().replace(tzinfo=None), quiet.end <= quiet.begin
    if not (time >= quiet.begin or time < quiet.end if over_midnight else quiet.begin <= time < quiet.end):
        return None
    morning = dt.datetime.combine(here.date(), quiet.end, TOWN_TIME)
    return morning + dt.timedelta(days=1) if over_midnight and time >= quiet.begin else morning
