"""What dispatch does. One function is one transaction, written for a list: gather, decide, record."""

from services.dispatch.use_cases.acting import take_action, take_actions
from services.dispatch.use_cases.assigning import assign_again, assign_work
from services.dispatch.use_cases.ending import correct_orders, end_orders
from services.dispatch.use_cases.leaves import ask_leave, cancel_leave, decide_leave
from services.dispatch.use_cases.planning import keep_planned
from services.dispatch.use_cases.reference import keep_categories, load_town, resay_grids, resay_members
from services.dispatch.use_cases.rerouting import reroute_work
from services.dispatch.use_cases.rosters import load_rosters, override, set_roster, swap
from services.dispatch.use_cases.shift_imports import import_shifts
from services.dispatch.use_cases.watching import watch_deadlines

__all__ = [
    "ask_leave",
    "assign_again",
    "assign_work",
    "cancel_leave",
    "correct_orders",
    "decide_leave",
    "end_orders",
    "import_shifts",
    "keep_categories",
    "keep_planned",
    "load_rosters",
    "load_town",
    "override",
    "reroute_work",
    "resay_grids",
    "resay_members",
    "set_roster",
    "swap",
    "take_action",
    "take_actions",
    "watch_deadlines",
]
