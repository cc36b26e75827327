"""The web server of a service: nameko's, with problem documents for what no route answers, and bounded patience."""

from __future__ import annotations

from typing import Any

import orjson
from nameko.web.server import WebServer, WsgiApp
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from shared.http.problems import Problem

PATIENCE = 30  # seconds for a client to send its request
CROWD = 1024  # connections that may wait to be accepted; whoever finds no room tries again after a second or three


class Routes(WsgiApp):
    """Finds the route; an unknown path or method is a problem document, too."""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        request = Request(environ, shallow=True)
        try:
            provider, values = self.url_map.bind_to_environ(environ).match()
        except HTTPException as error:
            response = problem_response(problem_of_http(error))
            if allowed := getattr(error, "valid_methods", None):
                response.headers["Allow"] = ", ".join(sorted(allowed))
            return response(environ, start_response)
        request.path_values = values  # type: ignore[attr-defined]
        return provider.handle_request(request)(environ, start_response)


class Web(WebServer):
    """One per service, shared by all its HTTP entrypoints."""

    def start(self) -> None:
        super().start()
        self._sock.listen(CROWD)  # eventlet's own 50 are too few for a town that acts at once

    def get_wsgi_app(self) -> Routes:
        return Routes(self)

    def get_wsgi_server(self, sock: Any, wsgi_app: Any, **options: Any) -> Any:
        server = super().get_wsgi_server(sock, wsgi_app, **options)
        server.socket_timeout = PATIENCE
        return server


def problem_of_http(error: HTTPException) -> Problem:
    problem = Problem(error.description or error.name)
    problem.status, problem.title = error.code or 400, error.name
    return problem


class ProblemResponse(Response):
    """An answer that says what is wrong; a route of another protocol puts it into its own words."""

    problem: Problem


def problem_response(problem: Problem, headers: dict[str, str] | None = None) -> ProblemResponse:
    body = orjson.dumps(problem.body())
    response = ProblemResponse(body, status=problem.status, headers=headers, content_type="application/problem+json")
    response.problem = problem
    return response
