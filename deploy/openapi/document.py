"""Write shared/contracts/openapi.yaml from the services' own HTTP entrypoints and tables of their routes.

The tables of the routes are beside this file, one for each service. `python -m deploy.openapi` writes it; a test fails
when what is checked in differs from what the services do.
"""

from __future__ import annotations

import importlib
import inspect
import re
from typing import Any

import yaml
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from deploy.contracts import ROOT, SERVICES
from deploy.openapi import board, callback, dispatch, dispatch_supervision, intake, notify, open311, projects, services
from deploy.openapi.route import Route
from shared.http import problems
from shared.http.entrypoint import Http

FILE = ROOT / "openapi.yaml"
PART = re.compile(r"<([a-z_]+)>")
PARTS = {  # parts of a path, with their schemas
    "number": {"type": "string", "description": "number of a case", "example": "20261123-000001"},
    "order": {
        "type": "string",
        "description": "id of a work order, or number of its case",
        "example": "20261123-000001",
    },
    "order_id": {"type": "string", "format": "uuid", "description": "id of a work order"},
    "roster_id": {"type": "string", "description": "id of a roster", "example": "desk-night"},
    "leave_id": {"type": "string", "format": "uuid", "description": "id of a leave"},
    "project_id": {"type": "string", "description": "id of a project", "example": "river-park"},
    "task_id": {"type": "string", "format": "uuid", "description": "id of a milestone or obstacle"},
    "interview_id": {"type": "string", "format": "uuid", "description": "id of an interview"},
    "reask_id": {"type": "string", "format": "uuid", "description": "id of an answer that is asked for again"},
    "subscription_id": {"type": "string", "format": "uuid", "description": "id of a subscription"},
    "delivery_id": {"type": "string", "format": "uuid", "description": "id of a delivery on a channel"},
    "silence_id": {"type": "string", "format": "uuid", "description": "id of a silence"},
    "follow_up_id": {"type": "string", "format": "uuid", "description": "id of a follow-up"},
    "call_id": {"type": "string", "format": "uuid", "description": "id of a call"},
    "secret": {"type": "string", "pattern": "^[A-Za-z0-9_-]{22}$", "description": "made for one reporter's answer"},
    "link": {"type": "string", "description": "made for one notice, as it stands in a message"},
    "file": {"type": "string", "enum": ["answer.css", "answer.js"]},
    "grid_id": {"type": "string", "description": "id of an area", "example": "330822111001001"},
    "member_id": {"type": "string", "description": "id of a member", "example": "m017"},
    "reference": {"type": "string", "pattern": "^m-[0-9a-f]{40}$", "description": "reference of media"},
    "import_id": {"type": "string", "format": "uuid", "description": "id of an import"},
    "source": {"type": "string", "description": "name of a source", "example": "hotline"},
    "format": {"type": "string", "enum": ["xml", "json"]},
    "code": {"type": "string", "description": "code of a category, or of a service", "example": "0103"},
    "session_id": {"type": "string", "format": "uuid", "description": "id of a session"},
    "provider": {"type": "string", "enum": ["dingtalk", "wecom"]},
    "token": {"type": "string", "format": "uuid", "description": "what was given instead of a number"},
}
ROUTES = board.ROUTES | callback.ROUTES | dispatch.ROUTES | dispatch_supervision.ROUTES | intake.ROUTES
ROUTES |= notify.ROUTES | open311.ROUTES | projects.ROUTES | services.ROUTES
NUMBERS = {  # parameters that are numbers, with their schemas
    "after": {"type": "integer", "minimum": 0},
    "wait": {"type": "integer", "minimum": 0, "maximum": 30},
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
TITLES = {kind.status: kind.title for kind in KINDS} | {500: "Something went wrong", 416: "There is no such part"}
ALWAYS = (400, 500, 503)
WITH_BODY = (413,)
OPEN311_ERRORS = {  # GeoReport v2, as JSON; in XML: errors/error
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"code": {"type": "integer"}, "description": {"type": "string"}},
        "required": ["code", "description"],
    },
}


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
    spec.components.security_scheme(
        "token", token | {"description": "EdDSA; claims sub, role, town, exp; perhaps area, post, sid."}
    )
    link = {"type": "apiKey", "in": "query", "name": "signature"}
    spec.components.security_scheme("link", link | {"description": "A link signed by the service; it expires."})
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
        kind = NUMBERS.get(name, {"type": "string"})
        parameters.append({"name": name, "in": "query", "description": text, "schema": kind})
    for name, text in route.headers.items():
        parameters.append({"name": name, "in": "header", "description": text, "schema": {"type": "string"}})
    operation: dict[str, Any] = {
        "tags": [service],
        "operationId": operation_id,
        "summary": route.summary,
        **({"description": f"For the role {' or '.join(roles)}.", "x-roles": roles} if roles else _public(entrypoint)),
    }
    if parameters:
        operation["parameters"] = parameters
    if route.body:
        content = {kind: {"schema": route.body} for kind in route.body_contents}
        operation["requestBody"] = {"required": True, "content": content}
    if route.raw_body:
        raw = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
        operation["requestBody"] = {"required": True, "description": route.raw_body, "content": raw}
    if route.security:
        operation["security"] = [{way: []} for way in route.security]
    return operation | {"responses": _responses(route, entrypoint)}


def _public(entrypoint: Http) -> dict[str, Any]:
    return {"description": f"Asks for no token: {entrypoint.public}.", "security": []}


def _responses(route: Route, entrypoint: Http) -> dict[str, Any]:
    if entrypoint.errors:
        return _own_errors(route)
    schema = {"type": "string", "format": "binary"} if route.raw_answer else {"type": "object"}
    kind = "text/event-stream" if route.stream else "*/*" if route.raw_answer else "application/json"
    content = {kind: {"schema": {"type": "string"} if route.stream else schema}}
    answers: dict[str, Any] = {
        str(status): {"description": text, "content": content} for status, text in route.answers.items()
    }
    tokens = {401, 403} if entrypoint.roles else set()
    refused = {*tokens, *ALWAYS, *route.problems, *(WITH_BODY if route.body or route.raw_body else ())}
    return answers | {str(status): f"Problem{status}" for status in sorted(refused)}


def _own_errors(route: Route) -> dict[str, Any]:
    """Answers and errors of a protocol that writes both in forms of its own."""
    answers = {
        str(s): {"description": text, "content": {c: {} for c in route.contents}} for s, text in route.answers.items()
    }
    wrong = {"content": {c: {"schema": OPEN311_ERRORS if "json" in c else {}} for c in route.contents}}
    refused = sorted({400, 404, *ALWAYS, *route.problems})
    return answers | {str(status): {"description": TITLES[status]} | wrong for status in refused}


def _problem(status: int, title: str) -> dict[str, Any]:
    response: dict[str, Any] = {
        "description": title,
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    header = {401: "WWW-Authenticate", 429: "Retry-After", 503: "Retry-After"}.get(status)
    return response | ({"headers": {header: {"schema": {"type": "string"}}}} if header else {})


def text() -> str:
    """The file as it must be."""
    return yaml.dump(document(), Dumper=_Plain, sort_keys=False, allow_unicode=True, width=120)


class _Plain(yaml.SafeDumper):
    """Writes what occurs twice twice, instead of an anchor."""

    def ignore_aliases(self, data: Any) -> bool:
        return True
