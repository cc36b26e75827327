"""The life of a case: which state follows which, and when a message about it comes too early or too late.

The states and steps are those of Chinese grid governance (accept, dispatch, handle, check, follow up, close).
"""

from __future__ import annotations

from dataclasses import dataclass

OPEN = ("submitted", "accepted", "dispatched", "in_progress", "resolved", "follow_up_pending")
ENDED = ("closed", "rejected")

DONE, TOO_EARLY, OVERTAKEN = "done", "too_early", "overtaken"

# message about the case → the states it may find, and the state it leads to (None: the state stays)
STEPS: dict[str, tuple[tuple[str, ...], str | None]] = {
    "dispatch.work_assigned.v1": (("accepted", "dispatched", "in_progress"), "dispatched"),
    "dispatch.work_acknowledged.v1": (("dispatched",), "in_progress"),
    "dispatch.work_progressed.v1": (("in_progress",), None),
    "dispatch.work_returned.v1": (("dispatched", "in_progress"), "accepted"),
    "dispatch.work_escalated.v1": (("accepted", "dispatched", "in_progress", "resolved"), None),
    "dispatch.work_resolved.v1": (("in_progress", "dispatched"), "resolved"),
    "dispatch.work_sent_back.v1": (("resolved",), "in_progress"),
    "dispatch.work_verified.v1": (("resolved",), "follow_up_pending"),
    "callback.follow_up_planned.v1": (("follow_up_pending",), None),
    "callback.case_answered.v1": (("follow_up_pending",), "closed"),
    "callback.rework_asked.v1": (("follow_up_pending",), "dispatched"),
}

# state → status for Open311 clients; never "fixed" before the follow-up
OPEN311 = {
    "submitted": "open",
    "accepted": "open",
    "dispatched": "investigating",
    "in_progress": "in_progress",
    "resolved": "in_progress",
    "follow_up_pending": "in_progress",
    "closed": "fixed",
    "rejected": "not_councils_responsibility",
}


@dataclass(frozen=True)
class Progress:
    """What a message does to a case: the outcome, the new state (None: unchanged) and why."""

    outcome: str
    state: str | None = None
    why: str = ""


def next_step(
    state: str, round_: int, heard: int, message_type: str, sequence: int | None, message_round: int
) -> Progress:
    """What the `sequence`-th message of its service does to a case whose last heard one was `heard`.

    A message whose predecessor is missing is too early; one that was passed already is overtaken.
    """
    if sequence is not None and sequence <= heard:
        return Progress(OVERTAKEN, why=f"message {sequence} after {heard}")
    if sequence is not None and sequence > heard + 1:
        return Progress(TOO_EARLY, why=f"message {sequence} before {heard + 1}")
    rework = message_type == "callback.rework_asked.v1"
    if message_round > round_ + (1 if rework else 0):
        return Progress(TOO_EARLY, why=f"round {message_round} while the case is in round {round_}")
    before, after = STEPS[message_type]
    if state not in before:
        return Progress(TOO_EARLY, why=f"{message_type} while the case is {state}")
    return Progress(DONE, after)
