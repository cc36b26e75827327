"""How often somebody may try to sign in: each try fills a bucket, which drains with time; a full one waits.

For a member: five at once, then one in five minutes, so that nobody guesses a password or a code (NIST SP 800-63B asks
for a limit). For an address, behind which a whole town hall may sit: sixty, then one in five seconds.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import NamedTuple


class Limit(NamedTuple):
    """How many tries a bucket holds, and in how many seconds one of them drains."""

    holds: int
    seconds: float


MEMBER, ADDRESS = Limit(5, 300.0), Limit(60, 5.0)


@dataclass(frozen=True)
class Bucket:
    """The tries of one member or address: how full, as of when."""

    subject: str
    level: float
    at: dt.datetime


def drained(bucket: Bucket, limit: Limit, now: dt.datetime) -> Bucket:
    """As it is now; a clock that went back drains nothing."""
    passed = max(0.0, (now - bucket.at).total_seconds())
    return replace(bucket, level=max(0.0, bucket.level - passed / limit.seconds), at=now)


def wait(bucket: Bucket, limit: Limit, now: dt.datetime) -> float:
    """Seconds until there is room for another try; 0: there is."""
    return max(0.0, (drained(bucket, limit, now).level + 1 - limit.holds) * limit.seconds)


def tried(bucket: Bucket, limit: Limit, now: dt.datetime) -> Bucket:
    """With one more try."""
    now_ = drained(bucket, limit, now)
    return replace(now_, level=now_.level + 1)


def forgiven(bucket: Bucket, limit: Limit, now: dt.datetime) -> Bucket:
    """It was right: a member starts anew; an address, from where others may guess, has tried once less."""
    now_ = drained(bucket, limit, now)
    return replace(now_, level=0.0 if limit is MEMBER else max(0.0, now_.level - 1))
