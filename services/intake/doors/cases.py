"""Cases for those who may see them."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request

from services.intake import views
from shared.http.entrypoint import caller_of
from shared.http.problems import Forbidden, NotFound

MOST = 200


def get_cases(request: Request, open_work: Any) -> dict[str, Any]:
    caller, source = caller_of(request), request.args.get("source") or None
    if caller.role == "source":
        if source not in (None, caller.name):
            raise Forbidden(f"a source sees its own cases: ask for source={caller.name}")
        source = caller.name
    with open_work() as work:
        state = request.args.get("state") or None
        return {"cases": views.cases_in_state(work, state, source, caller.area, MOST)}


def get_case(request: Request, number: str, open_work: Any) -> dict[str, Any]:
    caller = caller_of(request)
    with open_work() as work:
        case = views.case_by_number(work, number) if work.lies_within(number, caller.area) else None
    if case is None or (caller.role == "source" and all(r["source"] != caller.name for r in case["reports"])):
        raise NotFound(f"there is no case {number!r} that you may see")
    if caller.role == "source" or caller.area:
        del case["duplicates"]  # cases of other sources, in other areas
    return case


def get_explanation(request: Request, number: str, open_work: Any) -> dict[str, Any]:
    area = caller_of(request).area
    with open_work() as work:
        found = views.explanation(work, number) if work.lies_within(number, area) else None
    if found is None:
        raise NotFound(f"there is no case {number!r} that you may see")
    if area:
        del found["duplicates"]  # cases in other areas
    return found
