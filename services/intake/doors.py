"""The HTTP doors of intake: a request becomes the arguments of a use case or a view, errors become problems."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request

from services.intake import messages, use_cases, views
from services.intake.errors import CaseUnknown, CategoryUnknown, NotWaiting
from shared.http.entrypoint import body_of, caller_of, json_of
from shared.http.problems import Conflict, Forbidden, NotFound, Unprocessable

_ACCEPTANCE, _REJECTION = messages.Acceptance(), messages.Rejection()
MOST = 200


def post_report(request: Request, open_work: Any, keys: Any) -> tuple[int, dict[str, Any]]:
    registered = use_cases.register_one(json_of(request), caller_of(request).name, open_work, keys)
    if registered.outcome == "refused":
        raise Unprocessable(
            "the report was refused: repair what the reasons name and send it again",
            [reason.as_dict() for reason in registered.reasons],
        )
    status = 201 if registered.outcome == "new" else 200
    return status, {"outcome": registered.outcome, "number": registered.number, "state": registered.state}


def get_cases(request: Request, open_work: Any) -> dict[str, Any]:
    caller, source = caller_of(request), request.args.get("source") or None
    if caller.role == "source":
        if source not in (None, caller.name):
            raise Forbidden(f"a source sees its own cases: ask for source={caller.name}")
        source = caller.name
    with open_work() as work:
        return {"cases": views.cases_in_state(work, request.args.get("state") or None, source, MOST)}


def get_case(request: Request, number: str, open_work: Any) -> dict[str, Any]:
    caller = caller_of(request)
    with open_work() as work:
        case = views.case_by_number(work, number)
    if case is None or (caller.role == "source" and all(r["source"] != caller.name for r in case["reports"])):
        raise NotFound(f"there is no case {number!r} that you may see")
    return case


def accept_case(request: Request, number: str, open_work: Any) -> dict[str, Any]:
    body = body_of(request, _ACCEPTANCE)
    return _decide(use_cases.accept_case, number, caller_of(request).name, body["category"], open_work)


def reject_case(request: Request, number: str, open_work: Any) -> dict[str, Any]:
    body = body_of(request, _REJECTION)
    return _decide(
        use_cases.reject_case, number, caller_of(request).name, body["reason_code"], body["reason"], open_work
    )


def get_reconciliation(source: str, open_work: Any) -> dict[str, Any]:
    with open_work() as work:
        found = views.reconciliation(work, source)
    if found is None:
        raise NotFound(f"there is no source {source!r}")
    return found


def _decide(use_case: Any, *arguments: Any) -> dict[str, Any]:
    try:
        return use_case(*arguments)
    except CaseUnknown as error:
        raise NotFound(str(error)) from error
    except NotWaiting as error:
        raise Conflict(str(error)) from error
    except CategoryUnknown as error:
        reason = {"field": "category", "problem": str(error), "repair": "use a code of the catalogue, or leave it out"}
        raise Unprocessable("the body does not fit: repair what the reasons name", [reason]) from error
