"""Supervision: what counts is judged, nothing open is left without a next step; what came of it over HTTP."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request

from services.dispatch import doors, use_cases
from shared.http.entrypoint import http
from shared.timers import timer


class Supervision:
    open_work: Any

    @timer(interval=2)
    def judge(self) -> None:
        use_cases.judge_marks(self.open_work)

    @timer(interval=10, eager=True)
    def audit(self) -> None:
        use_cases.audit_orders(self.open_work)

    @http("GET", "/dispatch/supervision", roles=["desk", "leader"], in_area=True)
    def get_supervision(self, request: Request) -> Any:
        return doors.supervision.get_supervision(request, self.open_work)

    @http("GET", "/dispatch/points", roles=["desk", "leader"], in_area=True)
    def get_points(self, request: Request) -> Any:
        return doors.supervision.get_points(request, self.open_work)

    @http("GET", "/dispatch/interviews", roles=["desk", "leader"])
    def get_interviews(self, request: Request) -> Any:
        return doors.supervision.get_interviews(request, self.open_work)

    @http("POST", "/dispatch/interviews/<interview_id>/held", roles=["desk", "leader"])
    def hold_interview(self, request: Request, interview_id: str) -> Any:
        return doors.supervision.hold_interview(request, interview_id, self.open_work)

    @http("POST", "/dispatch/interviews/<interview_id>/drop", roles=["desk", "leader"])
    def drop_interview(self, request: Request, interview_id: str) -> Any:
        return doors.supervision.drop_interview(request, interview_id, self.open_work)

    @http("GET", "/dispatch/audit", roles=["desk", "leader"])
    def get_audit(self, request: Request) -> Any:
        return doors.supervision.get_audit(self.open_work)
