"""The entrypoint for HTTP: every route names the roles that may call it; every error is a problem document."""

from __future__ import annotations

import logging
import time
from typing import Any

import orjson
from marshmallow import Schema, ValidationError
from nameko.web.handlers import HttpRequestHandler
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from shared.db.failures import FAULT, classify
from shared.http.problems import Forbidden, Problem, TooLarge, Unavailable, Unprocessable
from shared.http.server import Web, problem_of_http, problem_response
from shared.http.tokens import Caller, verify
from shared.observability import metrics
from shared.observability.logs import fault

log = logging.getLogger(__name__)
MAX_BODY = 1024 * 1024


class Http(HttpRequestHandler):
    """`@http("POST", "/intake/reports", roles=["source"])`; the method gets the request, then the parts of the path.

    What it returns is sent as JSON: a dict or list, or (status, dict).
    """

    server = Web()

    def __init__(self, method: str, url: str, roles: list[str], **kwargs: Any):
        self.roles = frozenset(roles)
        super().__init__(method, url, **kwargs)

    def handle_request(self, request: Request) -> Response:
        started = time.monotonic()
        try:
            self._admit(request)
            response = super().handle_request(request)
        except Exception as error:
            response = self.response_from_exception(error)
        metrics.requests.labels(self.url, str(response.status_code)).inc()
        metrics.request_seconds.labels(self.url).observe(time.monotonic() - started)
        return response

    def _admit(self, request: Request) -> None:
        settings = self.container.config["settings"]
        if any("\0" in text for text in (request.path, *request.args.values())):
            raise Problem("there is a NUL character in the address: leave it out")
        if (request.content_length or 0) > MAX_BODY:
            raise TooLarge(f"at most {MAX_BODY} bytes are read: send media separately")
        caller = verify(request.headers.get("Authorization"), settings.token_public_key, settings.town)
        if caller.role not in self.roles:
            raise Forbidden(f"the role {caller.role!r} may not do this; it takes {' or '.join(sorted(self.roles))}")
        request.environ["wangge.caller"] = caller

    def response_from_result(self, result: Any) -> Response:
        status, body = result if isinstance(result, tuple) else (200, result)
        return Response(orjson.dumps(body, default=str), status=status, content_type="application/json; charset=utf-8")

    def response_from_exception(self, exc: Exception) -> Response:
        problem = exc if isinstance(exc, Problem) else _problem_of(exc)
        if problem.status >= 500:
            log.error("%s %s: %s", self.method, self.url, fault(exc))
        headers = {"Retry-After": "2"} if isinstance(problem, Unavailable) else {}
        if problem.status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        return problem_response(problem, headers)


def caller_of(request: Request) -> Caller:
    """Who asks; the entrypoint has verified it."""
    return request.environ["wangge.caller"]


def json_of(request: Request) -> dict[str, Any]:
    """The JSON object in the body. Raises Problem."""
    raw = request.get_data(cache=False)
    if len(raw) > MAX_BODY:
        raise TooLarge(f"at most {MAX_BODY} bytes are read: send media separately")
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Problem(f"the body is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise Unprocessable("the body must be a JSON object")
    return body


def body_of(request: Request, schema: Schema) -> dict[str, Any]:
    """The body as a schema reads it. Raises Problem with a reason for each field."""
    try:
        return schema.load(json_of(request))
    except ValidationError as error:
        reasons = [
            {"field": name, "problem": str(problem), "repair": f"correct {name}"}
            for name, problem in error.normalized_messages().items()
        ]
        raise Unprocessable("the body does not fit: repair what the reasons name", reasons) from error


def _problem_of(exc: Exception) -> Problem:
    if isinstance(exc, HTTPException):
        return problem_of_http(exc)
    if classify(exc) != FAULT:
        return Unavailable("the database is away; nothing was lost, send it again")
    problem = Problem("the fault is ours and has been logged")
    problem.status, problem.title = 500, "Something went wrong"
    return problem


http = Http.decorator
