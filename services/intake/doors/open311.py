"""Open311 GeoReport v2: what everybody may ask."""

from __future__ import annotations

import datetime as dt
from typing import Any

from werkzeug.wrappers import Request, Response

from services.intake import views
from services.intake.adapters import open311, open311_query
from services.intake.doors.open311_answers import answer, checked, language_of, source_of, town_of
from shared.http.problems import NotFound

DAY = dt.timedelta(days=1)


def get_discovery(request: Request, format_: str, open_work: Any) -> Response:
    with open_work() as work:
        offer = town_of(request, work)
    said, changed = offer.settings, offer.changed_at
    endpoint = {
        "specification": "http://wiki.open311.org/GeoReport_v2",
        "url": said.get("url") or _address(request),
        "changeset": changed,
        "type": said.get("type") or "production",
        "formats": ["text/xml", "application/json"],
    }
    contacts = {"contact": said.get("contact"), "key_service": said.get("key_service")}
    return answer({"discovery": {"changeset": changed} | contacts | {"endpoints": [endpoint]}}, format_)


def _address(request: Request) -> str:
    """Where the client found us; the edge says whether it came by https."""
    scheme = "https" if request.headers.get("X-Forwarded-Proto") == "https" else "http"
    return f"{scheme}://{request.host}{request.path.rpartition('/')[0]}"


def get_services(request: Request, format_: str, open_work: Any) -> Response:
    language = language_of(request)
    with open_work() as work:
        offer = town_of(request, work)
        rows = views.services(work)
    return answer({"services": [open311.service(row, language, offer.batch) for row in rows]}, format_)


def get_service(request: Request, code: str, format_: str, open_work: Any) -> Response:
    with open_work() as work:
        town_of(request, work)
        row = views.service(work, code)
    if row is None:
        raise NotFound(f"service_code {code!r} was not found: the services are at services.{format_}")
    return answer({"service_definition": open311.service_definition(row, language_of(request))}, format_)


def get_requests(request: Request, format_: str, open_work: Any) -> Response:
    with open_work() as work:
        town_of(request, work)
        asked = checked(lambda: open311_query.requests_asked(request.args, work.now()))
        return _requests(request, asked, format_, work)


def get_request(request: Request, number: str, format_: str, open_work: Any) -> Response:
    """A list of one."""
    with open_work() as work:
        town_of(request, work)
        return _requests(request, open311_query.request_asked([number]), format_, work, least=1)


def _requests(request: Request, asked: dict[str, Any], format_: str, work: Any, least: int = 0) -> Response:
    rows = views.service_requests(work, asked, source_of(request, work))
    if len(rows) < least:
        raise NotFound("service_request_id was not found: it is the number that the request got")
    language, extended = language_of(request), request.args.get("extensions") == "true"
    return answer({"service_requests": [open311.service_request(row, language, extended) for row in rows]}, format_)


def get_token(request: Request, token: str, format_: str, open_work: Any) -> Response:
    with open_work() as work:
        town_of(request, work)
        number = views.request_of_token(work, token)
    if number is None:
        raise NotFound("token was not found: it is what the answer to the request gave")
    return answer({"service_requests": [{"service_request_id": number, "token": token}]}, format_)


def get_updates(request: Request, format_: str, open_work: Any) -> Response:
    """Of the last day, unless the client says from when to when."""
    with open_work() as work:
        town_of(request, work)
        start, end = checked(lambda: open311_query.window_asked(request.args, work.now(), DAY))
        page = checked(lambda: open311_query.page_asked(request.args))
        rows = views.updates(work, start, end, page, source_of(request, work))
    language = language_of(request)
    return answer({"service_request_updates": [open311.request_update(row, language) for row in rows]}, format_)
