"""What intake does. One function is one transaction, written for a list: gather, decide, record."""

from services.intake.use_cases.api_keys import disable_api_key, make_api_key
from services.intake.use_cases.desk import (
    accept_case,
    answer_case,
    appeal_case,
    cancel_case,
    correct_case,
    reject_case,
)
from services.intake.use_cases.media import Kept, forget_media, keep_media, look_at_media
from services.intake.use_cases.merging import merge_case, unmerge_case
from services.intake.use_cases.progress import fold_progress
from services.intake.use_cases.reference import TownFolder, keep_grids, keep_members, load_town, resay_categories
from services.intake.use_cases.registration import register_one, register_reports
from services.intake.use_cases.remarks import add_remark
from services.intake.use_cases.sources import add_source, switch_source
from services.intake.use_cases.trial import check_rules, try_rules
from services.intake.use_cases.waiting import (
    ask_reporter,
    end_waiting,
    take_information,
    take_transfer_answer,
    transfer_case,
)

__all__ = [
    "Kept",
    "TownFolder",
    "accept_case",
    "add_remark",
    "add_source",
    "answer_case",
    "appeal_case",
    "ask_reporter",
    "cancel_case",
    "check_rules",
    "correct_case",
    "disable_api_key",
    "end_waiting",
    "fold_progress",
    "forget_media",
    "keep_grids",
    "keep_media",
    "keep_members",
    "load_town",
    "look_at_media",
    "make_api_key",
    "merge_case",
    "register_one",
    "register_reports",
    "reject_case",
    "resay_categories",
    "switch_source",
    "take_information",
    "take_transfer_answer",
    "transfer_case",
    "try_rules",
    "unmerge_case",
]
