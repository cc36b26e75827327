"""The life of a case: which state follows which, and when a message about it comes too early or too late.

The states and steps are those of Chinese grid governance (accept, dispatch, handle, check, follow up, close). It goes
on by what dispatch and callback say (STEPS), and by what the desk, the reporter or time decides (ACTIONS).
"""

from __future__ import annotations

from dataclasses import dataclass

OPEN = (
    "submitted",
    "awaiting_info",
    "accepted",
    "dispatched",
    "in_progress",
    "suspended",
    "transferred",
    "resolved",
    "follow_up_pending",
)
ENDED = ("closed", "rejected", "merged", "cancelled")
AWAY = (*ENDED, "transferred")  # nobody here works on it: whatever dispatch and callback still say changes nothing

DONE, TOO_EARLY, OVERTAKEN = "done", "too_early", "overtaken"

_AT_WORK = ("dispatched", "in_progress", "suspended")  # somebody has it
_GIVEN = ("accepted", *_AT_WORK, "resolved", "follow_up_pending")  # dispatch has had it

# message about the case → the states it may find, and the state it leads to (None: the state stays)
STEPS: dict[str, tuple[tuple[str, ...], str | None]] = {
    "dispatch.work_pooled.v1": (("accepted", "dispatched"), None),
    "dispatch.work_assigned.v1": (("accepted", "dispatched", "in_progress"), "dispatched"),
    "dispatch.work_acknowledged.v1": (("dispatched",), "in_progress"),
    "dispatch.work_progressed.v1": (("in_progress",), None),
    "dispatch.work_returned.v1": (("dispatched", "in_progress"), "accepted"),
    "dispatch.work_escalated.v1": (("accepted", "dispatched", "in_progress", "resolved"), None),
    "dispatch.work_supervised.v1": (_GIVEN, None),
    "dispatch.interview_recorded.v1": (_GIVEN, None),
    "dispatch.work_transferred.v1": (("dispatched", "in_progress"), None),
    "dispatch.work_corrected.v1": (("accepted", *_AT_WORK, "resolved"), None),
    "dispatch.work_redated.v1": (_AT_WORK, None),
    "dispatch.request_raised.v1": (("in_progress",), None),
    "dispatch.request_denied.v1": (("in_progress",), None),
    "dispatch.answer_awaited.v1": (_AT_WORK, None),
    "dispatch.work_suspended.v1": (("in_progress",), "suspended"),
    "dispatch.work_resumed.v1": (("suspended",), "in_progress"),
    "dispatch.work_extended.v1": (("in_progress",), None),
    "dispatch.assist_asked.v1": (("in_progress",), None),
    "dispatch.assist_done.v1": (_AT_WORK, None),
    "dispatch.assist_released.v1": ((*_AT_WORK, "resolved"), None),
    "dispatch.work_cancelled.v1": ((*_AT_WORK, "resolved"), "cancelled"),
    "dispatch.work_rerouted.v1": ((*_AT_WORK, "resolved"), None),
    "dispatch.work_resolved.v1": (("in_progress", "dispatched"), "resolved"),
    "dispatch.work_sent_back.v1": (("resolved",), "in_progress"),
    "dispatch.work_verified.v1": (("resolved",), "follow_up_pending"),
    "dispatch.work_withdrawn.v1": (AWAY, None),
    "dispatch.service_booked.v1": (_AT_WORK, None),
    "dispatch.service_unbooked.v1": (_AT_WORK, None),
    "dispatch.service_offered.v1": (_AT_WORK, None),
    "callback.follow_up_planned.v1": (("follow_up_pending",), None),
    "callback.link_due.v1": (("follow_up_pending",), None),
    "callback.case_answered.v1": (("follow_up_pending",), "closed"),
    "callback.rework_asked.v1": (("follow_up_pending",), "dispatched"),
}
# what callback says about a case that it has closed before: asked after all, or the reporter objects
AFTER_CLOSING = {"callback.case_answered.v1": "closed", "callback.rework_asked.v1": "dispatched"}

# what the desk, a source or time does to a case → the states it may find, and the state it leads to (None: it stays, or
# for `inform` is the one before the question)
ACTIONS: dict[str, tuple[tuple[str, ...], str | None]] = {
    "accept": (("submitted",), "accepted"),
    "reject": (("submitted",), "rejected"),
    "ask": (("submitted",), "awaiting_info"),
    "inform": (("awaiting_info",), None),
    "correct": (OPEN, None),
    "confirm": (("resolved", "follow_up_pending"), None),
    "answer": (("submitted", "awaiting_info", "accepted", "dispatched"), "closed"),
    "transfer": (("submitted", "awaiting_info", "accepted", "dispatched", "in_progress"), "transferred"),
    "settle": (("transferred",), "closed"),
    "take_back": (("transferred",), "accepted"),
    "merge": (("submitted", "awaiting_info", "accepted", "dispatched", "in_progress"), "merged"),
    "unmerge": (("merged",), "accepted"),
    "cancel": (OPEN, "cancelled"),
    "appeal": (("rejected",), "submitted"),
}

# why an action is not for a state, where there is more to say than which states it is for
INSTEAD = {
    "ask": "only a submitted case waits for its reporter here; once it is accepted, the one who handles it asks",
    "answer": "somebody is handling it already: let them finish, or cancel it with the reason",
    "confirm": "what was done is confirmed once it is done, and as long as the case has not ended",
    "merge": "what is handled already, or has ended, is not merged: let it end by itself",
    "cancel": "it has ended already; a merged case is unmerged first",
}

# state → status for Open311 clients; never "fixed" before the follow-up
OPEN311 = {
    "submitted": "open",
    "awaiting_info": "open",
    "accepted": "open",
    "dispatched": "investigating",
    "in_progress": "in_progress",
    "suspended": "planned",
    "transferred": "internal_referral",
    "resolved": "in_progress",
    "follow_up_pending": "in_progress",
    "closed": "fixed",
    "rejected": "not_councils_responsibility",
    "merged": "duplicate",
    "cancelled": "cancelled",
}


@dataclass(frozen=True)
class Progress:
    """What a message does to a case: the outcome, the new state (None: unchanged) and why."""

    outcome: str
    state: str | None = None
    why: str = ""


def next_step(
    state: str,
    round_: int,
    heard: int,
    message_type: str,
    sequence: int | None,
    message_round: int,
    closed_before: bool = False,
) -> Progress:
    """What the `sequence`-th message of its service does to a case whose last heard one was `heard`.

    A message whose predecessor is missing is too early; one that was passed already is overtaken. A case that has been
    taken off the line (merged, cancelled …) may still be spoken about by those who do not know it yet: that takes its
    place in the sequence and changes nothing, and so does what is about a round that is over. `closed_before`: callback
    speaks of a case that was closed, and means it.
    """
    if sequence is not None and sequence <= heard:
        return Progress(OVERTAKEN, why=f"message {sequence} after {heard}")
    if sequence is not None and sequence > heard + 1:
        return Progress(TOO_EARLY, why=f"message {sequence} before {heard + 1}")
    about = message_round - 1 if message_type == "callback.rework_asked.v1" else message_round
    if closed_before and state == "closed" and about == round_:
        return Progress(DONE, AFTER_CLOSING[message_type])
    if state == "closed" and about > round_:  # opened again: callback, which has said so, is heard first
        return Progress(TOO_EARLY, why=f"round {message_round} while the case is closed in round {round_}")
    if state in AWAY or about < round_:
        return Progress(DONE, why=f"about round {about} while the case is {state} in round {round_}")
    if about > round_:
        return Progress(TOO_EARLY, why=f"round {message_round} while the case is in round {round_}")
    before, after = STEPS[message_type]
    if state not in before:
        return Progress(TOO_EARLY, why=f"{message_type} while the case is {state}")
    return Progress(DONE, after)


def refusal(action: str, state: str) -> str:
    """Why this cannot be done to a case in this state; empty when it can."""
    before, _ = ACTIONS[action]
    if state in before:
        return ""
    return f"it is {state}: " + INSTEAD.get(action, f"this is for a case that is {' or '.join(before)}")
