"""What intake does. One function is one transaction, written for a list: gather, decide, record."""

from services.intake.use_cases.desk import accept_case, reject_case
from services.intake.use_cases.progress import fold_progress
from services.intake.use_cases.reference import TownFolder, keep_grids, keep_members, load_town, resay_categories
from services.intake.use_cases.registration import register_one, register_reports
from services.intake.use_cases.trial import check_rules, try_rules

__all__ = [
    "TownFolder",
    "accept_case",
    "check_rules",
    "fold_progress",
    "keep_grids",
    "keep_members",
    "load_town",
    "register_one",
    "register_reports",
    "reject_case",
    "resay_categories",
    "try_rules",
]
