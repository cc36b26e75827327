"""What intake does. One function is one transaction, written for a list: gather, decide, record."""

from services.intake.use_cases.desk import accept_case, reject_case
from services.intake.use_cases.erasing import erase_person, forget_past
from services.intake.use_cases.progress import fold_progress
from services.intake.use_cases.reference import keep_grids, keep_members, load_town, resay_categories
from services.intake.use_cases.register import import_register, search_register
from services.intake.use_cases.registration import register_one, register_reports
from services.intake.use_cases.rotating import rotate_keys
from services.intake.use_cases.unmasking import search_person, show_contact, verify_audit

__all__ = [
    "accept_case",
    "erase_person",
    "fold_progress",
    "forget_past",
    "import_register",
    "keep_grids",
    "keep_members",
    "load_town",
    "register_one",
    "register_reports",
    "reject_case",
    "resay_categories",
    "rotate_keys",
    "search_person",
    "search_register",
    "show_contact",
    "verify_audit",
]
