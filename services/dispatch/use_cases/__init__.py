"""What dispatch does. One function is one transaction, written for a list: gather, decide, record."""

from services.dispatch.use_cases.acting import take_action, take_actions
from services.dispatch.use_cases.assigning import assign_again, assign_work
from services.dispatch.use_cases.credentials import (
    confirm_code,
    drop_code,
    offer_code,
    set_first_passwords,
    set_password,
)
from services.dispatch.use_cases.ending import correct_orders, end_orders
from services.dispatch.use_cases.reference import keep_categories, load_town, resay_grids, resay_members
from services.dispatch.use_cases.sessions import end_session, end_sessions_of, forget_access, refresh, sign_out
from services.dispatch.use_cases.signing_in import link_account, link_known_account, sign_in, sign_in_with
from services.dispatch.use_cases.watching import watch_deadlines

__all__ = [
    "assign_again",
    "assign_work",
    "confirm_code",
    "correct_orders",
    "drop_code",
    "end_orders",
    "end_session",
    "end_sessions_of",
    "forget_access",
    "keep_categories",
    "link_account",
    "link_known_account",
    "load_town",
    "offer_code",
    "refresh",
    "resay_grids",
    "resay_members",
    "set_first_passwords",
    "set_password",
    "sign_in",
    "sign_in_with",
    "sign_out",
    "take_action",
    "take_actions",
    "watch_deadlines",
]
