"""What callback does. One function is one transaction: gather, decide, record."""

from services.callback.use_cases.answering import Given, Outcome, answer
from services.callback.use_cases.asking import note_attempt
from services.callback.use_cases.demands import look_at_demand
from services.callback.use_cases.dropping import drop_follow_ups, waive_erased
from services.callback.use_cases.judging import judge_due
from services.callback.use_cases.keeping import check_rules, correct_cases, keep_cases, merge_cases
from services.callback.use_cases.objecting import Objected, take_objection
from services.callback.use_cases.planning import plan_follow_ups
from services.callback.use_cases.topping_up import top_up
from services.callback.use_cases.watching import answer_again, ask_again

__all__ = [
    "Given",
    "Objected",
    "Outcome",
    "answer",
    "answer_again",
    "ask_again",
    "check_rules",
    "correct_cases",
    "drop_follow_ups",
    "judge_due",
    "keep_cases",
    "look_at_demand",
    "merge_cases",
    "note_attempt",
    "plan_follow_ups",
    "take_objection",
    "top_up",
    "waive_erased",
]
