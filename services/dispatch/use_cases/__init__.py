"""What dispatch does. One function is one transaction, written for a list: gather, decide, record."""

from services.dispatch.use_cases.acting import take_action, take_actions
from services.dispatch.use_cases.assigning import assign_again, assign_work
from services.dispatch.use_cases.ending import correct_orders, end_orders
from services.dispatch.use_cases.entering import By, Outcome, enter, load_town
from services.dispatch.use_cases.moving import move_work
from services.dispatch.use_cases.reference import keep_categories, resay_grids, resay_members
from services.dispatch.use_cases.regions import merge_grids, split_grid
from services.dispatch.use_cases.watching import watch_deadlines

__all__ = [
    "By",
    "Outcome",
    "assign_again",
    "assign_work",
    "correct_orders",
    "end_orders",
    "enter",
    "keep_categories",
    "load_town",
    "merge_grids",
    "move_work",
    "resay_grids",
    "resay_members",
    "split_grid",
    "take_action",
    "take_actions",
    "watch_deadlines",
]
