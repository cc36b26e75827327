"""The HTTP doors of intake: a request becomes the arguments of a use case or a view, errors become problems."""

from services.intake.doors.cases import get_case, get_cases
from services.intake.doors.desk import accept_case, reject_case
from services.intake.doors.imports import MAX_FILE, get_import, get_import_rows, post_import
from services.intake.doors.reports import SIGNED, post_report, post_webhook
from services.intake.doors.sources import ack_feedback, get_feedback, get_reconciliation, get_sources, reconcile

__all__ = [
    "MAX_FILE",
    "SIGNED",
    "accept_case",
    "ack_feedback",
    "get_case",
    "get_cases",
    "get_feedback",
    "get_import",
    "get_import_rows",
    "get_reconciliation",
    "get_sources",
    "post_import",
    "post_report",
    "post_webhook",
    "reconcile",
    "reject_case",
]
