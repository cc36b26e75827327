"""Intake's read side: one function, one question. Nothing personal is shown."""

from services.intake.views.cases import case_by_number, cases_in_state, explanation, media_of_case
from services.intake.views.open311 import (
    client_of_key,
    keys_of_source,
    offer,
    report_id,
    request_of_token,
    service,
    service_requests,
    services,
    updates,
    was_reported,
)
from services.intake.views.sources import gauges, import_by_id, import_rows, reconciliation, sources_at_work

__all__ = [
    "case_by_number",
    "cases_in_state",
    "client_of_key",
    "explanation",
    "gauges",
    "import_by_id",
    "import_rows",
    "keys_of_source",
    "media_of_case",
    "offer",
    "reconciliation",
    "report_id",
    "request_of_token",
    "service",
    "service_requests",
    "services",
    "sources_at_work",
    "updates",
    "was_reported",
]
