"""The HTTP doors of intake: a request becomes the arguments of a use case or a view, errors become problems."""

from services.intake.doors.cases import get_case, get_cases
from services.intake.doors.desk import accept_case, reject_case
from services.intake.doors.personal import erase_person, search_person, search_register, show_contact
from services.intake.doors.reports import post_report
from services.intake.doors.sources import get_reconciliation

__all__ = [
    "accept_case",
    "erase_person",
    "get_case",
    "get_cases",
    "get_reconciliation",
    "post_report",
    "reject_case",
    "search_person",
    "search_register",
    "show_contact",
]
