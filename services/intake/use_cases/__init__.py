"""What intake does. One function is one transaction, written for a list: gather, decide, record."""

from services.intake.use_cases.answering import (
    make_webhook_secret,
    register_once,
    webhook_secrets,
)
from services.intake.use_cases.api_keys import disable_api_key, make_api_key
from services.intake.use_cases.confirming import confirm_case
from services.intake.use_cases.desk import (
    accept_case,
    answer_case,
    appeal_case,
    cancel_case,
    correct_case,
    reject_case,
)
from services.intake.use_cases.erasing import erase_person, forget_past
from services.intake.use_cases.fairness import admit, forget_old, write_down
from services.intake.use_cases.importing import Import, report_of
from services.intake.use_cases.keeping_up import acknowledge, poll, reconcile, reconcile_acked, summary
from services.intake.use_cases.media import Kept, forget_media, keep_media, look_at_media
from services.intake.use_cases.merging import merge_case, unmerge_case
from services.intake.use_cases.progress import fold_progress
from services.intake.use_cases.reference import (
    TownFolder,
    keep_grids,
    keep_members,
    load_town,
    resay_categories,
    resay_sources,
)
from services.intake.use_cases.register import import_register, search_register
from services.intake.use_cases.registration import Registered, register_one, register_reports
from services.intake.use_cases.remarks import add_remark
from services.intake.use_cases.rotating import rotate_keys
from services.intake.use_cases.sources import add_source, switch_source
from services.intake.use_cases.trial import check_rules, try_rules
from services.intake.use_cases.unmasking import search_person, show_contact, verify_audit
from services.intake.use_cases.waiting import (
    ask_reporter,
    end_waiting,
    take_information,
    take_transfer_answer,
    transfer_case,
)

__all__ = [
    "Import",
    "Kept",
    "Registered",
    "TownFolder",
    "accept_case",
    "acknowledge",
    "add_remark",
    "add_source",
    "admit",
    "answer_case",
    "appeal_case",
    "ask_reporter",
    "cancel_case",
    "check_rules",
    "confirm_case",
    "correct_case",
    "disable_api_key",
    "end_waiting",
    "erase_person",
    "fold_progress",
    "forget_media",
    "forget_old",
    "forget_past",
    "import_register",
    "keep_grids",
    "keep_media",
    "keep_members",
    "load_town",
    "look_at_media",
    "make_api_key",
    "make_webhook_secret",
    "merge_case",
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
    "rotate_keys",
    "search_person",
    "search_register",
    "show_contact",
    "summary",
    "switch_source",
    "take_information",
    "take_transfer_answer",
    "transfer_case",
    "try_rules",
    "unmerge_case",
    "verify_audit",
    "webhook_secrets",
    "write_down",
]
