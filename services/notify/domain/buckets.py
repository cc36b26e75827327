"""Token buckets: how much an account may send, so that a provider never counts more than its limit in any window."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

ACCOUNT, TARGET, TEXT = "account", "target", "text"  # what a limit counts by; `text`: the same words to the same target
_PARTS = 1_000_000  # tokens are kept in millionths, always rounded down: never a moment too early


@dataclass(frozen=True)
class Limit:
    """At most `count` in any `seconds`. The first `burst` go at once, the others follow evenly; the last `reserve`
    tokens are for what is urgent."""

    count: int
    seconds: float
    burst: int
    per: str = ACCOUNT
    reserve: int = 0

    @property
    def rate(self) -> float:
        """Tokens a second. In a window that begins with a send and is shorter than `seconds`, fewer than
        burst + rate · seconds = count + 1 can go out."""
        return (self.count + 1 - self.burst) / self.seconds


@dataclass(frozen=True)
class Bucket:
    """So many tokens at that time."""

    tokens: float
    at: dt.datetime


def default_burst(count: int) -> int:
    """Half of the limit at once, the other half while the window lasts."""
    return (count + 1) // 2


def filled(limit: Limit, bucket: Bucket | None, now: dt.datetime) -> Bucket:
    """The bucket as it is now; one that nobody has drawn from is full. A clock that goes back adds nothing."""
    if bucket is None:
        return Bucket(float(limit.burst), now)
    passed = max(0.0, (now - bucket.at).total_seconds())
    tokens = min(float(limit.burst), bucket.tokens + passed * limit.rate)
    return Bucket(math.floor(tokens * _PARTS) / _PARTS, max(now, bucket.at))


def wait_for(limit: Limit, bucket: Bucket, urgent: bool) -> float:
    """Seconds until something may be taken from the bucket; 0: now."""
    needed = 1.0 if urgent else 1.0 + min(limit.reserve, limit.burst - 1)
    return max(0.0, needed - bucket.tokens) / limit.rate


Key = tuple[str, int]  # scope ("" for the account, else what it counts by) and position of the limit


class Draw(NamedTuple):
    """Whether one may go now: `wait` in seconds for the limit `by` of that kind, 0 when it may."""

    wait: float
    by: str


def draw(
    limits: Sequence[Limit], scopes: Mapping[str, str], buckets: dict[Key, Bucket], urgent: bool, now: dt.datetime
) -> Draw:
    """Takes one token of every limit, or none of any when one of them has none. `scopes` says what it counts by for
    each kind of limit; a kind that is not in there does not count."""
    keys = [(scopes[limit.per], position) for position, limit in enumerate(limits) if limit.per in scopes]
    full = {key: filled(limits[key[1]], buckets.get(key), now) for key in keys}
    waits = [Draw(wait_for(limits[key[1]], bucket, urgent), limits[key[1]].per) for key, bucket in full.items()]
    longest = max(waits, default=Draw(0.0, ""))
    if longest.wait > 0:
        return longest  # the buckets stay as they were: whoever asks often loses nothing by rounding
    buckets |= {key: Bucket(bucket.tokens - 1, bucket.at) for key, bucket in full.items()}
    return Draw(0.0, "")
