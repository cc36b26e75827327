"""What intake does. One function is one transaction, written for a list: gather, decide, record."""

from services.intake.use_cases.answering import (
    make_webhook_secret,
    register_once,
    webhook_secrets,
)
from services.intake.use_cases.desk import accept_case, reject_case
from services.intake.use_cases.fairness import admit, forget_old, write_down
from services.intake.use_cases.importing import Import, report_of
from services.intake.use_cases.keeping_up import acknowledge, poll, reconcile, reconcile_acked, summary
from services.intake.use_cases.progress import fold_progress
from services.intake.use_cases.reference import keep_grids, keep_members, load_town, resay_categories, resay_sources
from services.intake.use_cases.registration import Registered, register_one, register_reports

__all__ = [
    "Import",
    "Registered",
    "accept_case",
    "acknowledge",
    "admit",
    "fold_progress",
    "forget_old",
    "keep_grids",
    "keep_members",
    "load_town",
    "make_webhook_secret",
    "poll",
    "reconcile",
    "reconcile_acked",
    "register_once",
    "register_one",
    "register_reports",
    "reject_case",
    "report_of",
    "resay_categories",
    "resay_sources",
    "summary",
    "webhook_secrets",
    "write_down",
]
