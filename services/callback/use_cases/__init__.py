"""What callback does. One function is one transaction: gather, decide, record."""

from services.callback.use_cases.answer_page import Filled, Page, Pages, answer_page, open_page, pages
from services.callback.use_cases.answering import Given, Outcome, answer
from services.callback.use_cases.calling import Taken, answered, give_back, not_reached, take_calls
from services.callback.use_cases.confirming import take_confirmations
from services.callback.use_cases.demands import look_at_demand
from services.callback.use_cases.dropping import drop_follow_ups, waive_erased
from services.callback.use_cases.judging import judge_due
from services.callback.use_cases.keeping import check_rules, correct_cases, keep_cases, merge_cases
from services.callback.use_cases.linking import Address, give_links, issue_links, keep_works
from services.callback.use_cases.objecting import Objected, take_objection
from services.callback.use_cases.planning import plan_follow_ups
from services.callback.use_cases.topping_up import top_up
from services.callback.use_cases.watching import answer_again, ask_again

__all__ = [
    "Address",
    "Filled",
    "Given",
    "Objected",
    "Outcome",
    "Page",
    "Pages",
    "Taken",
    "answer",
    "answer_again",
    "answer_page",
    "answered",
    "ask_again",
    "check_rules",
    "correct_cases",
    "drop_follow_ups",
    "give_back",
    "give_links",
    "issue_links",
    "judge_due",
    "keep_cases",
    "keep_works",
    "look_at_demand",
    "merge_cases",
    "not_reached",
    "open_page",
    "pages",
    "plan_follow_ups",
    "take_calls",
    "take_confirmations",
    "take_objection",
    "top_up",
    "waive_erased",
]
