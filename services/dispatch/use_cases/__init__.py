"""What dispatch does. One function is one transaction, written for a list: gather, decide, record."""

from services.dispatch.use_cases.acting import read_action, take_actions, take_batch, take_read
from services.dispatch.use_cases.assigning import assign_again, assign_work
from services.dispatch.use_cases.auditing import audit_orders
from services.dispatch.use_cases.by_hand import assign_by_hand
from services.dispatch.use_cases.credentials import (
    confirm_code,
    drop_code,
    offer_code,
    set_first_passwords,
    set_password,
)
from services.dispatch.use_cases.ending import correct_orders, end_orders
from services.dispatch.use_cases.entering import By, Outcome, enter, load_town
from services.dispatch.use_cases.interviews import drop_interview, hold_interview
from services.dispatch.use_cases.judging import judge_marks
from services.dispatch.use_cases.leaves import ask_leave, cancel_leave, decide_leave
from services.dispatch.use_cases.moving import move_work
from services.dispatch.use_cases.planning import keep_planned
from services.dispatch.use_cases.project_watching import watch_tasks
from services.dispatch.use_cases.projects import (
    act_on_task,
    add_task,
    cancel_project,
    enter_projects,
    set_project,
)
from services.dispatch.use_cases.redating import begin_redating, check_deadlines, explain_deadline, redate_orders
from services.dispatch.use_cases.reference import check_rules, keep_categories, resay_grids, resay_members
from services.dispatch.use_cases.regions import merge_grids, split_grid
from services.dispatch.use_cases.reminding import remind_awaited
from services.dispatch.use_cases.rerouting import reroute_work
from services.dispatch.use_cases.rosters import load_rosters, override, set_roster, swap
from services.dispatch.use_cases.scoring import count_anew, keep_scores
from services.dispatch.use_cases.service_list import load_services
from services.dispatch.use_cases.service_orders import arrange, confirm_orders, count_visit
from services.dispatch.use_cases.sessions import end_session, end_sessions_of, forget_access, refresh, sign_out
from services.dispatch.use_cases.shift_imports import import_shifts
from services.dispatch.use_cases.signing_in import link_account, link_known_account, sign_in, sign_in_with
from services.dispatch.use_cases.trial import try_assignment
from services.dispatch.use_cases.watching import watch_deadlines

__all__ = [
    "By",
    "Outcome",
    "act_on_task",
    "add_task",
    "arrange",
    "ask_leave",
    "assign_again",
    "assign_by_hand",
    "assign_work",
    "audit_orders",
    "begin_redating",
    "cancel_leave",
    "cancel_project",
    "check_deadlines",
    "check_rules",
    "confirm_code",
    "confirm_orders",
    "correct_orders",
    "count_anew",
    "count_visit",
    "decide_leave",
    "drop_code",
    "drop_interview",
    "end_orders",
    "end_session",
    "end_sessions_of",
    "enter",
    "enter_projects",
    "explain_deadline",
    "forget_access",
    "hold_interview",
    "import_shifts",
    "judge_marks",
    "keep_categories",
    "keep_planned",
    "keep_scores",
    "link_account",
    "link_known_account",
    "load_rosters",
    "load_services",
    "load_town",
    "merge_grids",
    "move_work",
    "offer_code",
    "override",
    "read_action",
    "redate_orders",
    "refresh",
    "remind_awaited",
    "reroute_work",
    "resay_grids",
    "resay_members",
    "set_first_passwords",
    "set_password",
    "set_project",
    "set_roster",
    "sign_in",
    "sign_in_with",
    "sign_out",
    "split_grid",
    "swap",
    "take_actions",
    "take_batch",
    "take_read",
    "try_assignment",
    "watch_deadlines",
    "watch_tasks",
]
