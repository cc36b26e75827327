"""The HTTP doors of the board: a request becomes the arguments of a view."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request

from services.board import views
from shared.http.entrypoint import caller_of
from shared.http.problems import NotFound


def get_case(request: Request, number: str, open_work: Any) -> dict[str, Any]:
    with open_work() as work:
        case = views.case_by_number(work, number, caller_of(request).area)
    if case is None:
        raise NotFound(f"nothing has been heard of a case {number!r} that you may see")
    return case


def get_totals(request: Request, open_work: Any) -> dict[str, Any]:
    with open_work() as work:
        return views.totals(work, caller_of(request).area)
