"""The HTTP doors of intake: a request becomes the arguments of a use case or a view, errors become problems."""

from services.intake.doors import open311, open311_answers, open311_post
from services.intake.doors.cases import get_case, get_cases, get_explanation
from services.intake.doors.desk import (
    accept_case,
    answer_case,
    appeal_case,
    ask_reporter,
    cancel_case,
    confirm_case,
    correct_case,
    merge_case,
    reject_case,
    take_information,
    take_transfer_answer,
    transfer_case,
    unmerge_case,
)
from services.intake.doors.imports import MAX_FILE, get_import, get_import_rows, post_import
from services.intake.doors.media import by_link, by_link_or_token, get_case_media, get_media, post_media
from services.intake.doors.personal import erase_person, search_person, search_register, show_contact
from services.intake.doors.reports import SIGNED, post_report, post_webhook
from services.intake.doors.sources import ack_feedback, get_feedback, get_reconciliation, get_sources, reconcile

__all__ = [
    "MAX_FILE",
    "SIGNED",
    "accept_case",
    "ack_feedback",
    "answer_case",
    "appeal_case",
    "ask_reporter",
    "by_link",
    "by_link_or_token",
    "cancel_case",
    "confirm_case",
    "correct_case",
    "erase_person",
    "get_case",
    "get_case_media",
    "get_cases",
    "get_explanation",
    "get_feedback",
    "get_import",
    "get_import_rows",
    "get_media",
    "get_reconciliation",
    "get_sources",
    "merge_case",
    "open311",
    "open311_answers",
    "open311_post",
    "post_import",
    "post_media",
    "post_report",
    "post_webhook",
    "reconcile",
    "reject_case",
    "search_person",
    "search_register",
    "show_contact",
    "take_information",
    "take_transfer_answer",
    "transfer_case",
    "unmerge_case",
]
