"""A circuit breaker for each provider: one that is down is left alone, and asked with one message whether it is up."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

FAILURES = 5  # one after another, until the breaker opens
FIRST, LONGEST = 30.0, 600.0  # seconds that it stays open: twice as long each time the trial fails

CLOSED, OPEN, TRIAL = "closed", "open", "trial"


@dataclass(frozen=True)
class Breaker:
    """`trips`: how often it has opened since it was last closed."""

    failures: int = 0
    trips: int = 0
    open_until: dt.datetime | None = None


def state_of(breaker: Breaker, now: dt.datetime) -> str:
    """closed: send; open: do not; trial: send one, and see."""
    if breaker.open_until is None:
        return CLOSED
    return OPEN if now < breaker.open_until else TRIAL


def after(breaker: Breaker, answered: bool, now: dt.datetime) -> Breaker:
    """`answered`: the provider has said something of sense, be it a refusal. What comes in while it is open from
    before is old news, unless it is an answer."""
    if answered:
        return Breaker()
    state = state_of(breaker, now)
    if state == OPEN:
        return breaker
    failures = breaker.failures + 1
    if state == CLOSED and failures < FAILURES:
        return Breaker(failures, 0, None)
    pause = min(FIRST * 2**breaker.trips, LONGEST)
    return Breaker(failures, breaker.trips + 1, now + dt.timedelta(seconds=pause))
