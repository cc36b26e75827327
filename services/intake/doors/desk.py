"""The desk decides."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request

from services.intake import messages, use_cases
from services.intake.errors import CaseUnknown, CategoryUnknown, NotWaiting
from shared.http.entrypoint import body_of, caller_of
from shared.http.problems import Conflict, NotFound, Unprocessable

_ACCEPTANCE, _REJECTION = messages.Acceptance(), messages.Rejection()


def accept_case(request: Request, number: str, open_work: Any) -> dict[str, Any]:
    body = body_of(request, _ACCEPTANCE)
    return _decide(use_cases.accept_case, number, caller_of(request).name, body["category"], open_work)


def reject_case(request: Request, number: str, open_work: Any) -> dict[str, Any]:
    body = body_of(request, _REJECTION)
    return _decide(
        use_cases.reject_case, number, caller_of(request).name, body["reason_code"], body["reason"], open_work
    )


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
