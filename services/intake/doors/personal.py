"""What is masked is shown, looked up or erased: for a role, with a reason, and noted in the audit chain."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from werkzeug.wrappers import Request

from services.intake import messages, use_cases
from services.intake.errors import CaseUnknown, NotAtHand, NumberWrong, PersonUnknown
from shared.http.entrypoint import body_of, caller_of
from shared.http.problems import Conflict, NotFound, Unprocessable

_REASONED, _SEARCH, _REGISTER = messages.Reasoned(), messages.PersonSearch(), messages.RegisterSearch()


def show_contact(request: Request, number: str, open_work: Any, keys: Any) -> dict[str, Any]:
    body = body_of(request, _REASONED)
    with _problems():
        return use_cases.show_contact(number, caller_of(request), body["reason"], keys, open_work)


def search_person(request: Request, open_work: Any, keys: Any) -> dict[str, Any]:
    body = body_of(request, _SEARCH)
    with _problems():
        return use_cases.search_person(body["phone"], caller_of(request), body["reason"], keys, open_work)


def erase_person(request: Request, open_work: Any, keys: Any) -> dict[str, Any]:
    body = body_of(request, _SEARCH)
    with _problems():
        return use_cases.erase_person(body["phone"], caller_of(request), body["reason"], keys, open_work)


def search_register(request: Request, number: str, open_work: Any, keys: Any) -> dict[str, Any]:
    body = body_of(request, _REGISTER)
    with _problems():
        return use_cases.search_register(number, caller_of(request), body, keys, open_work)


@contextmanager
def _problems() -> Iterator[None]:
    """Intake's errors as problem documents."""
    try:
        yield
    except (CaseUnknown, PersonUnknown) as error:
        raise NotFound(str(error)) from error
    except NotAtHand as error:
        raise Conflict(str(error)) from error
    except NumberWrong as error:
        reason = {"field": "phone", "problem": "this is no telephone number", "repair": str(error).partition(": ")[2]}
        raise Unprocessable("the body does not fit: repair what the reasons name", [reason]) from error
