"""How Open311 answers: its formats and its errors; which town, which client, which language a request means."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from werkzeug.wrappers import Request, Response

from services.intake import views
from services.intake.adapters import open311_wire
from services.intake.adapters.open311_query import Misfit
from services.intake.domain.registration import Reason
from services.intake.use_cases.api_keys import key_hash
from services.intake.views.open311 import Client, Offer
from shared.http.entrypoint import form_of
from shared.http.problems import Forbidden, NotFound, Problem

Read = TypeVar("Read")
KEPT = (404, 403, 429, 500, 503)  # statuses that stay what they are; to Open311 all others are 400


def answer(document: dict[str, Any], format_: str) -> Response:
    """Names of services are in the language that was asked for."""
    body = open311_wire.write(document, format_)
    return Response(body, content_type=open311_wire.FORMATS[format_], headers={"Vary": "Accept-Language"})


def errors(problem: Problem, request: Request) -> tuple[int, bytes, str]:
    """A problem as Open311 says it: one error for each reason. What asked for no known format gets XML."""
    status = {401: 403}.get(problem.status, problem.status)
    status = status if status in KEPT else 400
    texts = [f"{r['field']}: {r['problem']}: {r['repair']}" for r in problem.reasons] or [problem.detail]
    format_ = _format_of(request) if _format_of(request) in open311_wire.FORMATS else "xml"
    document = {"errors": [{"code": status, "description": text} for text in texts]}
    return status, open311_wire.write(document, format_), open311_wire.FORMATS[format_]


def _format_of(request: Request) -> str:
    return request.path_values["format"]  # type: ignore[attr-defined]


def refuse(reasons: Iterable[Reason]) -> Problem:
    """The problem of these reasons."""
    return Problem("the request does not fit: repair what the errors name", [reason.as_dict() for reason in reasons])


def checked(read: Callable[[], Read]) -> Read:
    """What `read` gives. Raises Problem for a parameter that cannot be read."""
    try:
        return read()
    except Misfit as misfit:
        raise refuse([misfit.reason]) from misfit


def town_of(request: Request, work: Any) -> Offer:
    """The town is the one jurisdiction, so that nobody needs to name it. Raises Problem for another one, and for a
    format that is not offered."""
    if _format_of(request) not in open311_wire.FORMATS:
        raise Problem(f"the format {_format_of(request)!r} is not offered: ask for .xml or .json")
    offer = views.offer(work)
    if _given(request, "jurisdiction_id") not in ("", offer.jurisdiction):
        raise NotFound(f"jurisdiction_id was not found: leave it out, or send {offer.jurisdiction}")
    return offer


def client_of(request: Request, work: Any) -> Client:
    """Whose api_key it is. Raises Forbidden."""
    if not (key := key_of(request)):
        raise Forbidden("api_key is missing: ask the town for one (discovery says where)")
    client = views.client_of_key(work, key_hash(key))
    if client is None:
        raise Forbidden("api_key is not known, or is switched off: ask the town for another (discovery says where)")
    return client


def source_of(request: Request, work: Any) -> str | None:
    """The source of a client that shows a key although it needs none: it sees its own cases, too. Raises Forbidden."""
    return client_of(request, work).source if key_of(request) else None


def key_of(request: Request) -> str:
    return _given(request, "api_key")


def _given(request: Request, name: str) -> str:
    """A field of the form, or a parameter of the address."""
    form = form_of(request) if request.method == "POST" else {}
    return (form.get(name) or request.args.get(name) or "").strip()


def language_of(request: Request) -> str:
    """zh, unless the client prefers English."""
    return request.accept_languages.best_match(["zh", "en"], "zh") or "zh"
