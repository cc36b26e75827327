"""Scores and adoption."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request

from services.dispatch import doors, use_cases
from shared.http.entrypoint import http
from shared.timers import timer


class Scores:
    open_work: Any

    @timer(interval=5)
    def score(self) -> None:
        use_cases.keep_scores(self.open_work)

    @http("GET", "/dispatch/scores", roles=["desk", "leader"], in_area=True)
    def get_scores(self, request: Request) -> Any:
        return doors.get_scores(request, self.open_work)

    @http("GET", "/dispatch/scores/cases", roles=["desk", "leader"], in_area=True)
    def get_score_cases(self, request: Request) -> Any:
        return doors.get_score_cases(request, self.open_work)

    @http("GET", "/dispatch/adoption", roles=["desk", "leader"], in_area=True)
    def get_adoption(self, request: Request) -> Any:
        return doors.get_adoption(request, self.open_work)
