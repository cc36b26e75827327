"""What dispatch does. One function is one transaction, written for a list: gather, decide, record."""

from services.dispatch.use_cases.acting import take_action, take_actions
from services.dispatch.use_cases.assigning import assign_again, assign_work
from services.dispatch.use_cases.by_hand import assign_by_hand
from services.dispatch.use_cases.ending import correct_orders, end_orders
from services.dispatch.use_cases.reference import check_rules, keep_categories, load_town, resay_grids, resay_members
from services.dispatch.use_cases.trial import try_assignment
from services.dispatch.use_cases.watching import watch_deadlines

__all__ = [
    "assign_again",
    "assign_by_hand",
    "assign_work",
    "check_rules",
    "correct_orders",
    "end_orders",
    "keep_categories",
    "load_town",
    "resay_grids",
    "resay_members",
    "take_action",
    "take_actions",
    "try_assignment",
    "watch_deadlines",
]
