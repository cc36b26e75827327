"""What callback does. One function is one transaction: gather, decide, record."""

from services.callback.use_cases.asking import note_attempt, take_answer
from services.callback.use_cases.confirming import take_confirmations
from services.callback.use_cases.dropping import correct_cases, drop_follow_ups
from services.callback.use_cases.planning import expire_follow_ups, keep_cases, plan_follow_ups, waive_erased

__all__ = [
    "correct_cases",
    "drop_follow_ups",
    "expire_follow_ups",
    "keep_cases",
    "note_attempt",
    "plan_follow_ups",
    "take_answer",
    "take_confirmations",
    "waive_erased",
]
