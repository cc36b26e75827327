"""What the routes of Open311 GeoReport v2 do: their answers are the standard's, in XML or JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deploy.openapi.route import Route
from services.intake.messages import open311 as intake

HERE = "/intake/open311/v2"
TOWN = {"jurisdiction_id": "the town; nobody needs to send it"}
TIMES = {
    "start_date": "W3C date and time, inclusive",
    "end_date": "W3C date and time, inclusive; at most 90 days later",
    "page": "from 1",
    "page_size": "at most 1000, which is also what is given when nothing is said",
    "api_key": "shows the client's own cases, too",
}
REQUESTS = TIMES | {
    "service_request_id": "numbers, with commas; overrides everything else",
    "service_code": "codes, with commas",
    "status": "open, closed, or both",
    "updated_after": "W3C date and time, inclusive",
    "updated_before": "W3C date and time, inclusive",
    "bbox": "min_lat,min_long,max_lat,max_long",
    "extensions": "`true` adds `extended_attributes`: title, detailed_status, media_urls",
}
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def _route(
    summary: str, answer: str, query: Mapping[str, str] = TOWN, problems: tuple[int, ...] = (), **more: Any
) -> Route:
    contents = ("text/xml", "application/json")
    return Route(summary, {200: answer}, query=dict(query), problems=problems, contents=contents, **more)


ROUTES = {
    f"GET {HERE}/discovery.<format>": _route("Open311: where and what", "discovery"),
    f"GET {HERE}/services.<format>": _route("Open311: the catalogue", "services"),
    f"GET {HERE}/services/<code>.<format>": _route("Open311: the questions of a category", "service_definition"),
    f"POST {HERE}/requests.<format>": _route(
        "Open311: a service request; also `attribute[code]`, and files as `media`",
        "service_requests: the number of the case, or a token; the same form within ten minutes gets the first answer",
        {},
        (403,),
        body=intake.ServiceRequestForm,
        body_contents=FORMS,
    ),
    f"GET {HERE}/tokens/<token>.<format>": _route("Open311: the number for a token", "service_requests"),
    f"GET {HERE}/requests.<format>": _route(
        "Open311: cases, the newest first", "service_requests", TOWN | REQUESTS, (403,)
    ),
    f"GET {HERE}/requests/<number>.<format>": _route(
        "Open311: a case",
        "service_requests, a list of one",
        TOWN | {k: REQUESTS[k] for k in ("api_key", "extensions")},
        (403,),
    ),
    f"GET {HERE}/servicerequestupdates.<format>": _route(
        "Open311: what was told about cases; of the last day when no time is given",
        "service_request_updates",
        TOWN | TIMES,
        (403,),
    ),
    f"POST {HERE}/servicerequestupdates.<format>": _route(
        "Open311: what the reporter says about a case; a remark, whatever its status",
        "service_request_updates: our id of it; the same `update_id` is the same remark",
        {},
        (403,),
        body=intake.RequestUpdateForm,
        body_contents=FORMS,
    ),
}
