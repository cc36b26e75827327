"""Cases, for readers and for metrics."""

from __future__ import annotations

from typing import Any

from services.intake.domain.explaining import explain, explain_likeness
from services.intake.store import SQL
from shared.outbox.unit_of_work import UnitOfWork


def case_by_number(work: UnitOfWork, number: str) -> dict[str, Any] | None:
    """A case with its history, its reports, its likely duplicates and what is merged into it; or None."""
    found = work.dicts(SQL.case_by_number, number=number)
    if not found:
        return None
    case = found[0]
    case_id = case.pop("id")
    return case | {
        "history": work.dicts(SQL.history_of_case, id=case_id),
        "reports": work.dicts(SQL.reports_of_case, id=case_id),
        "merged": [number for (number,) in work.all(SQL.merged_numbers, id=case_id)],
        "duplicates": likely_duplicates(work, case_id),
    }


def explanation(work: UnitOfWork, number: str) -> dict[str, Any] | None:
    """Why a case is what it is, step by step, and which earlier ones were found to be like it; or None."""
    found = work.dicts(SQL.how_understood, number=number)
    if not found:
        return None
    case = found[0]
    return case | {"understood": explain(case["understood"]), "duplicates": likely_duplicates(work, case.pop("id"))}


def likely_duplicates(work: UnitOfWork, case_id: str) -> list[dict[str, Any]]:
    """Earlier cases that may be the same matter, the most likely first, each with its reason."""
    rows = work.dicts(SQL.likely_duplicates, id=case_id)
    return [row | explain_likeness(row) for row in rows]


def media_of_case(work: UnitOfWork, number: str) -> dict[str, Any] | None:
    """What a case refers to, with the names of the sources and members who may see it; None for an unknown number."""
    found = work.dicts(SQL.case_for_media, number=number)
    return found[0] | {"media": work.dicts(SQL.media_of_case, case_id=found[0]["id"])} if found else None


def cases_in_state(
    work: UnitOfWork, state: str | None, source: str | None, area: str | None, limit: int
) -> list[dict[str, Any]]:
    """The newest cases; `area`: only those that lie in it."""
    return work.dicts(SQL.cases_in_state, state=state, source=source, area=area, limit=limit)
