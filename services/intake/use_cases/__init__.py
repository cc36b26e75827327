"""What intake does. One function is one transaction, written for a list: gather, decide, record."""

from services.intake.use_cases.desk import accept_case, reject_case
from services.intake.use_cases.media import Kept, forget_media, keep_media, look_at_media
from services.intake.use_cases.progress import fold_progress
from services.intake.use_cases.reference import keep_grids, keep_members, load_town, resay_categories
from services.intake.use_cases.registration import register_one, register_reports

__all__ = [
    "Kept",
    "accept_case",
    "fold_progress",
    "forget_media",
    "keep_grids",
    "keep_media",
    "keep_members",
    "load_town",
    "look_at_media",
    "register_one",
    "register_reports",
    "reject_case",
    "resay_categories",
]
