"""What intake does. One function is one transaction, written for a list: gather, decide, record."""

from services.intake.use_cases.api_keys import disable_api_key, make_api_key
from services.intake.use_cases.desk import accept_case, reject_case
from services.intake.use_cases.progress import fold_progress
from services.intake.use_cases.reference import keep_grids, keep_members, load_town, resay_categories
from services.intake.use_cases.registration import register_one, register_reports
from services.intake.use_cases.remarks import add_remark

__all__ = [
    "accept_case",
    "add_remark",
    "disable_api_key",
    "fold_progress",
    "keep_grids",
    "keep_members",
    "load_town",
    "make_api_key",
    "register_one",
    "register_reports",
    "reject_case",
    "resay_categories",
]
