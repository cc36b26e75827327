"""How much a source may send, when it is slowed down by itself, and when it has been silent for too long.

A source's own limits are data (`settings.limits`: per_minute, burst, error_share).
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

HALF_LIFE = 300.0  # seconds after which what has come counts half
ENOUGH = 20.0  # reports in the recent past, below which their share of refused ones says nothing
THROTTLED_FOR = dt.timedelta(minutes=5)  # after the last look at which it sent rubbish
SEND_RUBBISH = 0.8  # share of refused reports, for a source that names no other
WEEK = 168  # hours
WEEKS = 4
USUAL = 2  # weeks of the last four in which something came in an hour of the week: then it usually does


@dataclass(frozen=True)
class Limits:
    """At most `per_minute` reports on the average, and `burst` at once."""

    per_minute: float
    burst: float


SLOW = Limits(60, 10)  # what is left to a source that is throttled


@dataclass(frozen=True)
class Bucket:
    """What a source may send at a moment: a token for each report."""

    tokens: float
    at: dt.datetime


@dataclass(frozen=True)
class Flow:
    """The recent past of a source: reports and refused ones, of which half is forgotten every five minutes."""

    at: dt.datetime
    reports: float = 0.0
    refused: float = 0.0
    throttled_until: dt.datetime | None = None
    why: str = ""

    @property
    def error_share(self) -> float:
        """From 0 to 1."""
        return self.refused / self.reports if self.reports else 0.0


def limits_of(settings: dict[str, Any], throttled: bool) -> Limits | None:
    """What a source must keep to now; None for one without limits."""
    given = settings.get("limits") or {}
    if not given.get("per_minute"):
        return SLOW if throttled else None
    own = Limits(float(given["per_minute"]), float(given.get("burst") or given["per_minute"]))
    if not throttled:
        return own
    return Limits(min(own.per_minute, SLOW.per_minute), min(own.burst, SLOW.burst))


def take(bucket: Bucket, limits: Limits, now: dt.datetime, wanted: int) -> tuple[Bucket, int, float]:
    """The bucket afterwards, how many of the wanted reports are admitted, and in how many seconds one more will be
    (0.0 when all are). A clock that goes back fills nothing."""
    passed = max(0.0, (now - bucket.at).total_seconds())
    tokens = min(limits.burst, bucket.tokens + passed * limits.per_minute / 60)
    admitted = min(wanted, math.floor(tokens + 1e-9))
    left = max(0.0, tokens - admitted)
    wait = 0.0 if admitted == wanted else (1 - left) * 60 / limits.per_minute
    return Bucket(left, max(now, bucket.at)), admitted, wait


def judge_flow(flow: Flow, reports: int, refused: int, settings: dict[str, Any], now: dt.datetime) -> Flow:
    """The flow after so many more reports; a source of which too many were refused is throttled for a while."""
    forgotten = 0.5 ** (max(0.0, (now - flow.at).total_seconds()) / HALF_LIFE)
    after = replace(
        flow, at=now, reports=flow.reports * forgotten + reports, refused=flow.refused * forgotten + refused
    )
    most = float((settings.get("limits") or {}).get("error_share") or SEND_RUBBISH)
    if after.reports >= ENOUGH and after.error_share > most:
        why = f"{after.error_share:.0%} of its last reports were refused, more than {most:.0%}"
        return replace(after, throttled_until=now + THROTTLED_FOR, why=why)
    over = after.throttled_until is not None and after.throttled_until <= now
    return replace(after, throttled_until=None, why="") if over else after


def silence(heard: Collection[dt.datetime], now: dt.datetime) -> float | None:
    """How long a source has been silent, as a multiple of its own longest silence in the last four weeks.

    `heard` are the full hours in which something came. Only the hours of the week count in which something usually
    comes (in two of the four weeks), so that a quiet night is no silence. None: there is no habit yet.
    """
    this = _hour(now)
    hours = {_hour(moment) for moment in heard if this - WEEKS * WEEK <= _hour(moment) <= this}
    weeks: dict[int, int] = {}
    for hour in hours:
        weeks[hour % WEEK] = weeks.get(hour % WEEK, 0) + 1
    usual = {hour for hour, count in weeks.items() if count >= USUAL}
    if not usual:
        return None
    longest = run = 0
    last = max(hours)
    for hour in range(min(hours), last + 1):
        run = 0 if hour in hours else run + (hour % WEEK in usual)
        longest = max(longest, run)
    silent = sum(hour % WEEK in usual for hour in range(last + 1, this))
    return silent / max(longest, 1)


def _hour(moment: dt.datetime) -> int:
    return int(moment.timestamp() // 3600)
