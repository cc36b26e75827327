"""The HTTP doors of the board: a request becomes the arguments of a view."""

from __future__ import annotations

from typing import Any

from services.board import views
from shared.http.problems import NotFound


def get_case(number: str, open_work: Any) -> dict[str, Any]:
    with open_work() as work:
        case = views.case_by_number(work, number)
    if case is None:
        raise NotFound(f"nothing has been heard of a case {number!r}")
    return case


def get_totals(open_work: Any) -> dict[str, Any]:
    with open_work() as work:
        return views.totals(work)
