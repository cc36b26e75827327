"""What becomes of a webhook after an answer: delivered, later, or another way."""

from __future__ import annotations

from typing import NamedTuple

DELIVERED, LATER, STOPPED, FAILED = "delivered", "later", "stopped", "failed"
STEPS = (10, 60, 600, 3600)  # seconds until the next attempt, the last of them again and again
GIVEN_UP = 24 * 3600  # seconds after which nobody tries any more
BUSY = (429, 503)


class Decision(NamedTuple):
    outcome: str
    wait: float = 0.0  # seconds, when it is to be sent later


def decide(status: int, retry_after: float, attempts: int, age: float) -> Decision:
    """Any 2xx takes it; 410 wants no more webhooks, ever; 429 and 503 say themselves when to come again. Redirects are
    not followed: they count as no answer (status 0), as every other status does."""
    if 200 <= status < 300:
        return Decision(DELIVERED)
    if status == 410:
        return Decision(STOPPED)
    if age >= GIVEN_UP:
        return Decision(FAILED)
    step = float(STEPS[min(attempts, len(STEPS)) - 1])
    asked = min(retry_after, GIVEN_UP) if status in BUSY else 0.0
    return Decision(LATER, max(step, asked))
