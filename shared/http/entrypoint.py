"""The entrypoint for HTTP: every route names the roles that may call it, or says why it asks for no token; every error
is a problem document, or what the route's own protocol says instead."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from typing import Any

import orjson
from marshmallow import Schema, ValidationError
from nameko.web.handlers import HttpRequestHandler
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from shared.db.failures import FAULT, classify
from shared.http.problems import Forbidden, Problem, TooLarge, Unavailable, Unprocessable
from shared.http.server import ProblemResponse, Web, problem_of_http, problem_response
from shared.http.tokens import Caller, verify
from shared.observability import metrics
from shared.observability.logs import fault
from shared.reasons import reasons_of

log = logging.getLogger(__name__)
MAX_BODY = 1024 * 1024
MAX_PARTS = 200  # fields and files of a form

Errors = Callable[[Problem, Request], tuple[int, bytes, str]]  # gives status, body, content type


Authenticate = Callable[[Request, Any], Caller]


def bearer(request: Request, settings: Any) -> Caller:
    """Who asks, by the token in the header. Raises Unauthorized."""
    return verify(request.headers.get("Authorization"), settings.token_public_key, settings.town)


class Later(Response):
    """An answer that may take a while: `answer()` gives what the method would have given, or raises what it would."""

    def __init__(self, answer: Callable[[], Any]):
        super().__init__()
        self.answer = answer


class Http(HttpRequestHandler):
    """`@http("POST", "/intake/reports", roles=["source"])`; the method gets the request, then the parts of the path.

    What it returns is sent as JSON: a dict or list, or (status, dict); a Response is sent as it is. What may have
    to be waited for is a Later: it is worked out when the worker has been given back, and its time is not counted.
    `authenticate(request, settings)` says who asks, where that is not in a bearer token; it raises Unauthorized or
    Forbidden, and the role that it gives is held against `roles` all the same. It must not ask the database.
    `max_body=None`: the method reads the body itself, as a stream, and bounds it.
    `in_area`: the door itself holds what is asked for against the caller's area; without it, a caller whose rights end
    at an area is not let in.

    A route without roles asks for no token: `public` says why, for people and for the contract; its door looks at
    whatever else says who asks. `errors` writes the errors of a protocol that has its own form for them.
    """

    server = Web()

    def __init__(
        self,
        method: str,
        url: str,
        roles: Iterable[str] = (),
        authenticate: Authenticate = bearer,
        public: str = "",
        errors: Errors | None = None,
        max_body: int | None = MAX_BODY,
        in_area: bool = False,
        **kwargs: Any,
    ):
        self.roles, self.authenticate, self.max_body = frozenset(roles), authenticate, max_body
        self.in_area = in_area
        self.public, self.errors = public, errors
        if bool(self.roles) == bool(public):
            raise TypeError(f"{method} {url}: name its roles, or say why it is public")
        super().__init__(method, url, **kwargs)

    def handle_request(self, request: Request) -> Response:
        started = time.monotonic()
        try:
            self._admit(request)
            response = super().handle_request(request)
            if isinstance(response, Later):  # outside of the service's workers: whoever waits keeps none of them
                response = self.response_from_result(response.answer())
                return self._counted(response, None)
        except Exception as error:
            response = self.response_from_exception(error)
        if self.errors and isinstance(response, ProblemResponse):
            response.status_code, response.data, response.content_type = self.errors(response.problem, request)
        return self._counted(response, time.monotonic() - started)

    def _counted(self, response: Response, seconds: float | None) -> Response:
        metrics.requests.labels(self.url, str(response.status_code)).inc()
        if seconds is not None:
            metrics.request_seconds.labels(self.url).observe(seconds)
        return response

    def _admit(self, request: Request) -> None:
        if any("\0" in text for text in (request.path, *request.args.values())):
            raise Problem("there is a NUL character in the address: leave it out")
        if self.max_body is not None and (request.content_length or 0) > self.max_body:
            raise TooLarge(f"at most {self.max_body} bytes are read: send media separately")
        if self.public:
            return
        caller = self.authenticate(request, self.container.config["settings"])
        if caller.role not in self.roles:
            raise Forbidden(f"the role {caller.role!r} may not do this; it takes {' or '.join(sorted(self.roles))}")
        if caller.area is not None and not self.in_area:
            raise Forbidden(f"this is about the whole town; the rights of {caller.name!r} end at {caller.area!r}")
        request.environ["wangge.caller"] = caller

    def response_from_result(self, result: Any) -> Response:
        if isinstance(result, Response):
            return result
        status, body = result if isinstance(result, tuple) else (200, result)
        return Response(orjson.dumps(body, default=str), status=status, content_type="application/json; charset=utf-8")

    def response_from_exception(self, exc: Exception) -> Response:
        problem = exc if isinstance(exc, Problem) else _problem_of(exc)
        if problem.status >= 500:
            log.error("%s %s: %s", self.method, self.url, fault(exc))
        headers = {"Retry-After": str(problem.retry_after)} if problem.retry_after else {}
        if problem.status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        return problem_response(problem, headers)


def caller_of(request: Request) -> Caller:
    """Who asks; the entrypoint has verified it."""
    return request.environ["wangge.caller"]


def form_of(request: Request, most: int = MAX_BODY) -> MultiDict[str, str]:
    """The fields of a form, urlencoded or multipart, of `most` bytes; its files then are in `request.files` (on disk,
    when they are large). Raises HTTPException."""
    request.max_content_length, request.max_form_parts = most, MAX_PARTS
    if any(name is None for name in (*request.form, *request.files)):
        raise Problem("a part of the form has no name: name it")
    if any("\0" in text for name, values in request.form.lists() for text in (name, *values)):
        raise Problem("there is a NUL character in the form: leave it out")
    return request.form


def bytes_of(request: Request) -> bytes:
    """The body as it came. Raises TooLarge."""
    raw = request.get_data(cache=False)
    if len(raw) > MAX_BODY:
        raise TooLarge(f"at most {MAX_BODY} bytes are read: send media separately")
    return raw


def json_of(request: Request) -> dict[str, Any]:
    """The JSON object in the body. Raises Problem."""
    return parsed(bytes_of(request))


def parsed(raw: bytes) -> dict[str, Any]:
    """The JSON object in these bytes. Raises Problem."""
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
        raise Unprocessable("the body does not fit: repair what the reasons name", reasons_of(error)) from error


def _problem_of(exc: Exception) -> Problem:
    if isinstance(exc, HTTPException):
        return problem_of_http(exc)
    if classify(exc) != FAULT:
        return Unavailable("the database is away; nothing was lost, send it again")
    problem = Problem("the fault is ours and has been logged")
    problem.status, problem.title = 500, "Something went wrong"
    return problem


http = Http.decorator
