"""Decisions about a case: the desk's, and a source's about what it has reported."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from marshmallow import Schema
from werkzeug.wrappers import Request

from services.intake import messages, use_cases
from services.intake.errors import CaseUnknown, CategoryUnknown, NotPossible
from services.intake.use_cases.deciding import By
from shared.http.entrypoint import body_of, caller_of
from shared.http.problems import Conflict, NotFound, Unprocessable


def _door(use_case: Callable[..., dict[str, Any]], schema: Schema) -> Callable[..., dict[str, Any]]:
    """The door of a use case: number, who, body, and whatever else the service hands in."""

    def door(request: Request, number: str, *means: Any) -> dict[str, Any]:
        caller, body = caller_of(request), body_of(request, schema)
        by = By(caller.name, caller.role, body.pop("version"))
        try:
            return use_case(number, by, body, *means)
        except CaseUnknown as error:
            raise NotFound(str(error)) from error
        except NotPossible as error:
            raise Conflict(str(error)) from error
        except CategoryUnknown as error:
            reason = {
                "field": "category",
                "problem": str(error),
                "repair": "use a code of the catalogue, or leave it out",
            }
            raise Unprocessable("the body does not fit: repair what the reasons name", [reason]) from error

    return door


accept_case = _door(use_cases.accept_case, messages.Acceptance())
reject_case = _door(use_cases.reject_case, messages.Rejection())
ask_reporter = _door(use_cases.ask_reporter, messages.Question())
take_information = _door(use_cases.take_information, messages.Information())
correct_case = _door(use_cases.correct_case, messages.Correction())
merge_case = _door(use_cases.merge_case, messages.Merging())
unmerge_case = _door(use_cases.unmerge_case, messages.Reason())
answer_case = _door(use_cases.answer_case, messages.Answer())
transfer_case = _door(use_cases.transfer_case, messages.Transfer())
take_transfer_answer = _door(use_cases.take_transfer_answer, messages.TransferAnswer())
confirm_case = _door(use_cases.confirm_case, messages.Confirmation())
cancel_case = _door(use_cases.cancel_case, messages.Reason())
appeal_case = _door(use_cases.appeal_case, messages.Reason())
