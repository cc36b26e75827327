"""The HTTP doors of intake: a request becomes the arguments of a use case or a view, errors become problems."""

from services.intake.doors import open311, open311_answers, open311_post
from services.intake.doors.cases import get_case, get_cases
from services.intake.doors.desk import accept_case, reject_case
from services.intake.doors.reports import post_report
from services.intake.doors.sources import get_reconciliation

__all__ = [
    "accept_case",
    "get_case",
    "get_cases",
    "get_reconciliation",
    "open311",
    "open311_answers",
    "open311_post",
    "post_report",
    "reject_case",
]
