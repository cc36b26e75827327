"""Write shared/contracts/openapi.yaml from the services' own HTTP entrypoints and the table below.

`python -m deploy.openapi` writes it; a test fails when what is checked in differs from what the services do.
"""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema

from deploy.contracts import ROOT, SERVICES
from services.callback import messages as callback
from services.dispatch import messages as dispatch
from services.intake import messages as intake
from shared.http import problems
from shared.http.entrypoint import Http

FILE = ROOT / "openapi.yaml"
PART = re.compile(r"<([a-z_]+)>")
PARTS = {  # parts of a path, with their schemas
    "number": {"type": "string", "description": "number of a case", "example": "20261123-000001"},
    "order_id": {"type": "string", "format": "uuid", "description": "id of a work order"},
    "follow_up_id": {"type": "string", "format": "uuid", "description": "id of a follow-up"},
    "source": {"type": "string", "description": "name of a source", "example": "hotline"},
}


class Route(NamedTuple):
    """What the entrypoint itself does not say. `answers` are by status; `problems` besides those of every route."""

    summary: str
    answers: dict[int, str]
    body: type[Schema] | None = None
    query: dict[str, str] = {}
    problems: tuple[int, ...] = ()


STATE = "only those in this state"
ROUTES = {
    "POST /intake/reports": Route(
        "One report of the calling source",
        {
            201: "`outcome` new, with the `number` and `state` of the case",
            200: "`outcome` known: this external id has a case already, whose `number` and `state` are given",
        },
        intake.Report,
        problems=(422,),
    ),
    "GET /intake/cases": Route(
        "The newest cases, at most 200",
        {200: "`cases`, without anything personal"},
        query={"state": STATE, "source": "only those of this source"},
    ),
    "GET /intake/cases/<number>": Route(
        "A case; a source sees its own only",
        {200: "the case with its `history` and its `reports`"},
        problems=(404,),
    ),
    "POST /intake/cases/<number>/accept": Route(
        "Accept a submitted case, in another category if one is given",
        {200: "`number` and the new `state`"},
        intake.Acceptance,
        problems=(404, 409, 422),
    ),
    "POST /intake/cases/<number>/reject": Route(
        "Refuse a submitted case; its source hears the reason",
        {200: "`number` and the new `state`"},
        intake.Rejection,
        problems=(404, 409, 422),
    ),
    "GET /intake/sources/<source>/reconciliation": Route(
        "What became of the reports of a source", {200: "counts of reports, cases and refusals"}
    ),
    "POST /dispatch/actions": Route(
        "An action of the calling member; a `command_id` that is sent again gets its first answer again",
        {200: "as in dispatch.action_answered.v1: `accepted`, or the `reason` why not, and the state of the order"},
        dispatch.Action,
        problems=(422,),
    ),
    "GET /dispatch/orders": Route(
        "Work orders, the most urgent first, at most 500; a member sees its own only",
        {200: "`orders`"},
        query={"state": STATE, "member": "only those that this member handles or checks"},
    ),
    "GET /dispatch/orders/<order_id>": Route(
        "A work order; a member sees those it handles or checks",
        {200: "the order with its `journal` and its `assignments`"},
        problems=(404,),
    ),
    "GET /callback/follow-ups": Route(
        "Follow-ups, at most 500",
        {200: "`follow_ups`, without anything personal"},
        query={"state": f"{STATE}; `due` is the call list: the urgent ones first, then the oldest"},
    ),
    "POST /callback/follow-ups/<follow_up_id>/contact": Route(
        "The reporter's contact, for a call that is due; who has seen it is kept",
        {200: "`number` of the case and `contact`"},
        problems=(404, 409),
    ),
    "POST /callback/follow-ups/<follow_up_id>/attempts": Route(
        "A call that has brought no answer",
        {200: "`attempts` so far, `attempts_left`, and when the window closes (`closes_at`)"},
        callback.Attempt,
        problems=(404, 409, 422),
    ),
    "POST /callback/follow-ups/<follow_up_id>/answer": Route(
        "What the reporter has said; the same answer again is taken once",
        {200: "`number`, `round`, and whether the case is handled again (`rework`)"},
        callback.Answer,
        problems=(404, 409, 422),
    ),
    "GET /notify/notices": Route(
        "What the calling member has been told, in order, at most 500",
        {200: "`notices`, and the number of the newest there is (`last`)"},
        query={"after": "number of the last notice seen; without it, from the first one on"},
        problems=(422,),
    ),
    "GET /board/cases/<number>": Route(
        "Everything that was said about a case", {200: "what is known of the case, and its `timeline`"}, problems=(404,)
    ),
    "GET /board/totals": Route(
        "Cases by state and level, by source, by grid", {200: "`by_state`, `by_source` and `by_grid`"}
    ),
}
REASON = {
    "type": "object",
    "description": "a field, what is wrong with it, and the way to repair it; a conflict names `field` and `given`",
    "properties": {name: {"type": "string"} for name in ("field", "problem", "repair")} | {"given": {}},
    "required": ["field"],
}
PROBLEM = {
    "type": "object",
    "description": "Problem details (RFC 9457).",
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "what is wrong, and how to repair it"},
        "reasons": {"type": "array", "items": REASON},
    },
    "required": ["type", "title", "status", "detail"],
}
KINDS: list[type[problems.Problem]] = [problems.Problem, *problems.Problem.__subclasses__()]
TITLES = {kind.status: kind.title for kind in KINDS} | {500: "Something went wrong"}
ALWAYS = (401, 403, 500, 503)
WITH_BODY = (400, 413)


def entrypoints(service: str) -> dict[str, Http]:
    """The HTTP entrypoints of a service's nameko class by the name of their method, in the order of their routes."""
    cls = getattr(importlib.import_module(f"services.{service}.service"), f"{service.capitalize()}Service")
    found = [
        (name, entrypoint)
        for name, method in inspect.getmembers(cls, inspect.isfunction)
        for entrypoint in getattr(method, "nameko_entrypoints", ())
        if isinstance(entrypoint, Http)
    ]
    return dict(sorted(found, key=lambda item: (item[1].url, item[1].method)))


def document() -> dict[str, Any]:
    """The OpenAPI 3.1 document. Raises KeyError for a route that the table does not know."""
    spec = APISpec(
        title="Wangge",
        version="1.0.0",
        openapi_version="3.1.0",
        plugins=[MarshmallowPlugin()],
        info={"description": "What the edge lets through: /<service>/… to that service, nothing else."},
        servers=[{"url": "/", "description": "the edge of the town"}],
        security=[{"token": []}],
    )
    token = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    spec.components.security_scheme("token", token | {"description": "EdDSA; claims sub, role, town, exp."})
    spec.components.schema("Problem", component=PROBLEM)
    for status, title in sorted(TITLES.items()):
        spec.components.response(f"Problem{status}", _problem(status, title))
    for service in SERVICES:
        spec.tag({"name": service})
        for name, entrypoint in entrypoints(service).items():
            spec.path(
                path=PART.sub(r"{\1}", entrypoint.url),
                operations={entrypoint.method.lower(): _operation(f"{service}_{name}", service, entrypoint)},
            )
    return {"openapi": "3.1.0"} | spec.to_dict()


def _operation(operation_id: str, service: str, entrypoint: Http) -> dict[str, Any]:
    route, roles = ROUTES[f"{entrypoint.method} {entrypoint.url}"], sorted(entrypoint.roles)
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": PARTS[name]} for name in PART.findall(entrypoint.url)
    ]
    for name, text in route.query.items():
        kind = {"type": "integer", "minimum": 0} if name == "after" else {"type": "string"}
        parameters.append({"name": name, "in": "query", "description": text, "schema": kind})
    operation: dict[str, Any] = {
        "tags": [service],
        "operationId": operation_id,
        "summary": route.summary,
        "description": f"For the role {' or '.join(roles)}.",
        "x-roles": roles,
    }
    if parameters:
        operation["parameters"] = parameters
    if route.body:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": route.body}}}
    return operation | {"responses": _responses(route)}


def _responses(route: Route) -> dict[str, Any]:
    body = {"content": {"application/json": {"schema": {"type": "object"}}}}
    answers: dict[str, Any] = {str(status): {"description": text} | body for status, text in route.answers.items()}
    refused = {*ALWAYS, *route.problems, *(WITH_BODY if route.body else ())}
    return answers | {str(status): f"Problem{status}" for status in sorted(refused)}


def _problem(status: int, title: str) -> dict[str, Any]:
    response: dict[str, Any] = {
        "description": title,
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    header = {401: "WWW-Authenticate", 503: "Retry-After"}.get(status)
    return response | ({"headers": {header: {"schema": {"type": "string"}}}} if header else {})


def text() -> str:
    """The file as it must be."""
    return yaml.dump(document(), Dumper=_Plain, sort_keys=False, allow_unicode=True, width=120)


class _Plain(yaml.SafeDumper):
    """Writes what occurs twice twice, instead of an anchor."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
    print(f"{FILE.relative_to(Path.cwd())} written")
