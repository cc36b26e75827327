"""What becomes of a delivery after an attempt, or after its receipt was asked for.

created → sending → accepted (a receipt is awaited) → delivered, failed, uncertain; while created: expired, superseded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from services.notify.domain.outcomes import Delivered, Outcome, Refused, TryLater, Uncertain

CREATED, SENDING, ACCEPTED = "created", "sending", "accepted"
DELIVERED, FAILED, UNCERTAIN, EXPIRED, SUPERSEDED = "delivered", "failed", "uncertain", "expired", "superseded"
OPEN = (CREATED, SENDING, ACCEPTED)
ENDED = (DELIVERED, FAILED, UNCERTAIN, EXPIRED, SUPERSEDED)
URGENT = ("P1", "P2")

FIRST_STEP, LONGEST_STEP = 10.0, 3600.0  # seconds between attempts: twice as long each time
RECEIPT_STEPS = (2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0)  # seconds until it is asked for
DOUBTED = {True: 300.0, False: 1800.0}  # urgent or not: seconds without a receipt, until nobody counts on it
READ_WITHIN = 3600.0  # seconds for which the provider is asked whether somebody has read what is urgent
FORGOTTEN = 24 * 3600.0  # seconds after which nobody asks for a receipt any more


@dataclass(frozen=True)
class Attempt:
    """What a decision is about. `repeatable`: sent twice it has one effect. `doubtful`: an attempt before this one may
    have gone out. `stand_in`: another account of the same way could send it."""

    attempts: int
    most: int
    urgent: bool
    repeatable: bool
    doubtful: bool
    stand_in: bool


class Next(NamedTuple):
    """The new state and why; `wait`: seconds until it is looked at again, None: never. `fall_back`: the next channel
    is to say it. `move`: another account is to try it. `doubtful`: an attempt may have gone out."""

    state: str
    reason: str = ""
    wait: float | None = None
    fall_back: bool = False
    move: bool = False
    doubtful: bool = False


def back_off(attempts: int, luck: float) -> float:
    """Seconds until the next attempt: the second comes at once, the others ever later, each at a moment of its own.

    `luck` is a random number from 0 to 1.
    """
    if attempts <= 1:
        return 0.0
    return min(FIRST_STEP * 2 ** (attempts - 2), LONGEST_STEP) * (0.5 + 0.5 * luck)


def decide(outcome: Outcome, attempt: Attempt, luck: float) -> Next:
    """After an attempt. Nothing that may have gone out is sent again, unless that has no second effect."""
    if isinstance(outcome, Delivered):
        return Next(ACCEPTED, wait=RECEIPT_STEPS[0]) if outcome.receipt else Next(DELIVERED)
    if isinstance(outcome, Refused):
        if outcome.account and attempt.stand_in and attempt.attempts < attempt.most:
            return Next(CREATED, outcome.reason, 0.0, move=True, doubtful=attempt.doubtful)
        return _given_up(outcome.reason, attempt.urgent, attempt.doubtful)
    if isinstance(outcome, Uncertain) and not attempt.repeatable:
        return Next(UNCERTAIN, outcome.why, fall_back=attempt.urgent, doubtful=True)
    doubtful = attempt.doubtful or isinstance(outcome, Uncertain)
    if attempt.attempts >= attempt.most:
        return _given_up(f"given up after {attempt.attempts} attempts: {outcome.why}", attempt.urgent, doubtful)
    # who may have it must not get it from another provider: only there the second has no effect
    move = attempt.stand_in and not doubtful
    asked = outcome.after if isinstance(outcome, TryLater) and not move else 0.0
    return Next(CREATED, outcome.why, max(asked, back_off(attempt.attempts, luck)), move=move, doubtful=doubtful)


def decide_receipt(outcome: Outcome, polls: int, age: float, urgent: bool, state: str) -> Next:
    """After the provider was asked what became of what it has accepted, for `age` seconds now. A receipt that comes
    late still counts; one that never comes leaves it uncertain. Of what is urgent and has arrived it is asked whether
    it was read, for a while."""
    if isinstance(outcome, Delivered) or state == DELIVERED:
        read = isinstance(outcome, Delivered) and outcome.read is not False
        return Next(DELIVERED, wait=None if read or not urgent or age >= READ_WITHIN else _later(polls))
    if isinstance(outcome, Refused):
        return Next(FAILED, outcome.reason, fall_back=state != UNCERTAIN or not urgent)
    wait = None if age >= FORGOTTEN else _later(polls)
    if state == ACCEPTED and age < DOUBTED[urgent]:
        return Next(ACCEPTED, outcome.why, wait)
    return Next(
        UNCERTAIN, f"accepted, and no receipt since: {outcome.why}", wait, fall_back=urgent and state == ACCEPTED
    )


def _later(polls: int) -> float:
    """Seconds until it is asked again."""
    return RECEIPT_STEPS[min(polls, len(RECEIPT_STEPS) - 1)]


def _given_up(reason: str, urgent: bool, doubtful: bool) -> Next:
    """What may have gone out in an attempt before has not simply failed."""
    state = UNCERTAIN if doubtful else FAILED
    return Next(state, reason, fall_back=urgent or not doubtful, doubtful=doubtful)
