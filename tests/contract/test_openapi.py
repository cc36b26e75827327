"""The HTTP contract says what the services' routes are: all of them, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator

from deploy.contracts import SERVICES
from deploy.openapi.document import FILE, PART, ROUTES, entrypoints, text
from shared.http.entrypoint import Http, bearer

METHODS = ("get", "post", "put", "patch", "delete")
ROUTES_OF_SERVICES = {
    f"{entrypoint.method} {entrypoint.url}": entrypoint
    for service in SERVICES
    for entrypoint in entrypoints(service).values()
}


def _document() -> dict[str, Any]:
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


def test_the_file_is_what_the_services_do() -> None:
    assert FILE.read_text(encoding="utf-8") == text(), "run `make contracts`"


def test_the_document_is_valid() -> None:
    assert _document()["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(_document()).validate()


def test_the_table_knows_every_route_and_nothing_else() -> None:
    assert ROUTES.keys() == ROUTES_OF_SERVICES.keys()


def test_every_route_is_in_the_document_and_nothing_else() -> None:
    found = {
        f"{method.upper()} {path}"
        for path, operations in _document()["paths"].items()
        for method in operations
        if method in METHODS
    }
    assert found == {PART.sub(r"{\1}", route) for route in ROUTES_OF_SERVICES}


def test_every_route_names_its_roles_or_why_it_has_none_and_its_problems() -> None:
    paths = _document()["paths"]
    for entrypoint in ROUTES_OF_SERVICES.values():
        operation = paths[PART.sub(r"{\1}", entrypoint.url)][entrypoint.method.lower()]
        assert any(status[0] in "23" for status in operation["responses"])
        if entrypoint.public:
            assert operation["security"] == [] and len(entrypoint.public) > 20, "say why it asks for no token"
            continue
        assert operation["x-roles"] == sorted(entrypoint.roles) and operation["x-roles"]
        assert {"401", "403"} <= operation["responses"].keys()
        ways = operation.get("security")
        assert (ways is None) == (entrypoint.authenticate is bearer), "one without a token says who asks"
        assert ways is None or all(set(way) <= {"token", "link"} and way for way in ways)


def test_only_these_routes_ask_for_no_token() -> None:
    """Whoever adds one says here what asks for it."""
    public = {entrypoint.url for entrypoint in ROUTES_OF_SERVICES.values() if entrypoint.public}
    signing_in = {"sign-in", "sign-in/<provider>", "refresh", "sign-out", "keys"}
    assert {url.partition("/v2/")[0] for url in public} == {
        "/intake/open311",
        "/intake/webhooks/<source>",
        *(f"/dispatch/{path}" for path in signing_in),
        "/callback/a/<secret>",  # who has it may answer
        "/callback/web/<file>",
        "/notify/n/<link>",  # who has it may read one notice
    }


def test_a_route_has_roles_or_a_reason_to_have_none() -> None:
    for wrong in ({}, {"roles": ["desk"], "public": "everybody may"}):
        with pytest.raises(TypeError, match="name its roles"):
            Http("GET", "/intake/x", **wrong)


def test_every_route_lies_under_its_service() -> None:
    """The edge sends `/<service>/…` to that service and nothing else."""
    for service in SERVICES:
        assert all(entrypoint.url.startswith(f"/{service}/") for entrypoint in entrypoints(service).values())
