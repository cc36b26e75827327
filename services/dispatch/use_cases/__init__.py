"""What dispatch does. One function is one transaction, written for a list: gather, decide, record."""

from services.dispatch.use_cases.acting import take_action, take_actions, take_batch
from services.dispatch.use_cases.assigning import assign_again, assign_work
from services.dispatch.use_cases.ending import correct_orders, end_orders
from services.dispatch.use_cases.redating import begin_redating, check_deadlines, explain_deadline, redate_orders
from services.dispatch.use_cases.reference import keep_categories, load_town, resay_grids, resay_members
from services.dispatch.use_cases.rules import check_rules
from services.dispatch.use_cases.scoring import count_anew, keep_scores
from services.dispatch.use_cases.watching import watch_deadlines

__all__ = [
    "assign_again",
    "assign_work",
    "begin_redating",
    "check_deadlines",
    "check_rules",
    "correct_orders",
    "count_anew",
    "end_orders",
    "explain_deadline",
    "keep_categories",
    "keep_scores",
    "load_town",
    "redate_orders",
    "resay_grids",
    "resay_members",
    "take_action",
    "take_actions",
    "take_batch",
    "watch_deadlines",
]
