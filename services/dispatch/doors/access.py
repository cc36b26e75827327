"""Signing in and out, sessions, and what members prove themselves with."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from werkzeug.wrappers import Request

from services.dispatch import messages, use_cases, views
from services.dispatch.domain.access import SEE_SESSIONS, Matter, may
from services.dispatch.doors.orders import is_uuid
from services.dispatch.doors.reach import person_of
from services.dispatch.errors import CodeWanted, NothingSuch, NotNow, PasswordRefused, SignInRefused, TooOften
from services.dispatch.proofs import Proofs
from shared.http.entrypoint import body_of, caller_of
from shared.http.problems import NotFound, TooMany, Unauthorized, Unavailable, Unprocessable

MOST = 500
SIGNS_IN = "who signs in has no token yet; tries are counted for each member and each address"
HOLDS_TOKEN = "the refresh token in the body says whose session it is"
PUBLIC_KEY = "a public key is no secret"
_SIGN_IN, _WITH, _REFRESH = messages.SignIn(), messages.SignInWith(), messages.Refresh()
_LINK, _SECOND = messages.Link(), messages.SecondFactor()


def sign_in(request: Request, proofs: Proofs, open_work: Any) -> dict[str, Any]:
    body = body_of(request, _SIGN_IN)
    with _problems():
        return use_cases.sign_in(body, _address(request), proofs, open_work)


def sign_in_with(request: Request, provider: str, proofs: Proofs, open_work: Any) -> dict[str, Any]:
    body = body_of(request, _WITH)
    with _problems():
        return use_cases.sign_in_with(provider, body, _address(request), proofs, open_work)


def refresh(request: Request, proofs: Proofs, open_work: Any) -> dict[str, Any]:
    body = body_of(request, _REFRESH)
    with _problems():
        return use_cases.refresh(body["refresh_token"], proofs, open_work)


def sign_out(request: Request, proofs: Proofs, open_work: Any) -> dict[str, Any]:
    body = body_of(request, _REFRESH)
    with _problems():
        return use_cases.sign_out(body["refresh_token"], proofs, open_work)


def link_account(request: Request, provider: str, proofs: Proofs, open_work: Any) -> dict[str, Any]:
    body, name = body_of(request, _LINK), caller_of(request).name
    with _problems():
        return use_cases.link_account(provider, body["code"], name, _address(request), proofs, open_work)


def second_factor(request: Request, proofs: Proofs, open_work: Any) -> dict[str, Any]:
    body, name = body_of(request, _SECOND), caller_of(request).name
    with _problems():
        if body["code"] is None:
            return use_cases.offer_code(name, body["password"], _address(request), proofs, open_work)
        return use_cases.confirm_code(name, body["password"], body["code"], _address(request), proofs, open_work)


def get_sessions(request: Request, open_work: Any) -> dict[str, Any]:
    person, session = person_of(request), caller_of(request).session
    member = request.args.get("member") or person.name
    if not may(person, SEE_SESSIONS, Matter((member,))):
        raise NotFound(f"there are no sessions of {member!r} that you may see")
    with open_work() as work:
        found = views.sessions(work, member, MOST)
    return {"sessions": [row | {"this": row["session_id"] == session} for row in found]}


def end_session(request: Request, session_id: str, open_work: Any) -> dict[str, Any]:
    if not is_uuid(session_id):
        raise NotFound(f"there is no session {session_id!r} that you may end")
    with _problems():
        return use_cases.end_session(session_id, person_of(request), open_work)


def get_keys(proofs: Proofs) -> dict[str, Any]:
    return proofs.tokens.jwks()


def _address(request: Request) -> str:
    """Where it comes from, as the edge says."""
    return request.headers.get("X-Forwarded-For") or request.remote_addr or ""


@contextmanager
def _problems() -> Iterator[None]:
    """Dispatch's errors as problem documents."""
    try:
        yield
    except CodeWanted as error:
        raise Unauthorized(str(error), [_reason("code", "a one-time code is needed, or this is none")]) from error
    except SignInRefused as error:
        raise Unauthorized(str(error)) from error
    except TooOften as error:
        raise TooMany(str(error), max(1, math.ceil(error.seconds))) from error
    except PasswordRefused as error:
        raise Unprocessable(str(error), [_reason("new_password", str(error))]) from error
    except NotNow as error:
        raise Unavailable(str(error)) from error
    except NothingSuch as error:
        raise NotFound(str(error)) from error


def _reason(field: str, problem: str) -> dict[str, str]:
    return {"field": field, "problem": problem, "repair": f"send another {field}"}
