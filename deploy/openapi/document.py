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
from deploy.openapi import board, callback, dispatch, intake, notify
from deploy.openapi.route import Route
from shared.http import problems
from shared.http.entrypoint import Http

FILE = ROOT / "openapi.yaml"
PART = re.compile(r"<([a-z_]+)>")
PARTS = {  # parts of a path, with their schemas
    "number": {"type": "string", "description": "number of a case", "example": "20261123-000001"},
    "order_id": {"type": "string", "format": "uuid", "description": "id of a work order"},
    "follow_up_id": {"type": "string", "format": "uuid", "description": "id of a follow-up"},
    "import_id": {"type": "string", "format": "uuid", "description": "id of an import"},
    "source": {"type": "string", "description": "name of a source", "example": "hotline"},
}
ROUTES = board.ROUTES | callback.ROUTES | dispatch.ROUTES | intake.ROUTES | notify.ROUTES
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
    route = ROUTES[f"{entrypoint.method} {entrypoint.url}"]
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": PARTS[name]} for name in PART.findall(entrypoint.url)
    ]
    for name, text in route.query.items():
        kind = {"type": "integer", "minimum": 0} if name == "after" else {"type": "string"}
        parameters.append({"name": name, "in": "query", "description": text, "schema": kind})
    for name, text in route.headers.items():
        parameters.append({"name": name, "in": "header", "description": text, "schema": {"type": "string"}})
    operation: dict[str, Any] = {
        "tags": [service],
        "operationId": operation_id,
        "summary": route.summary,
    } | _admission(entrypoint)
    if parameters:
        operation["parameters"] = parameters
    if route.body:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": route.body}}}
    if route.content:
        operation["requestBody"] = {"required": True, "content": {kind: {} for kind in route.content}}
    return operation | {"responses": _responses(route)}


def _admission(entrypoint: Http) -> dict[str, Any]:
    """Who may call it, or what proves who does."""
    if entrypoint.authenticate:
        how = inspect.getdoc(entrypoint.authenticate)
        return {"description": f"Without a token: {how}.", "x-authenticates": how, "security": []}
    roles = sorted(entrypoint.roles)
    return {"description": f"For the role {' or '.join(roles)}.", "x-roles": roles}


def _responses(route: Route) -> dict[str, Any]:
    schema = {"type": "object" if route.gives == "application/json" else "string"}
    body = {"content": {route.gives: {"schema": schema}}}
    answers: dict[str, Any] = {str(status): {"description": text} | body for status, text in route.answers.items()}
    refused = {*ALWAYS, *route.problems, *(WITH_BODY if route.body or route.content else ())}
    return answers | {str(status): f"Problem{status}" for status in sorted(refused)}


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
