"""Rosters, shifts and leave."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request

from services.dispatch import doors, use_cases
from services.dispatch.domain.access import SIGNED_IN
from shared.http.entrypoint import http
from shared.timers import timer


class Duty:
    open_work: Any

    @timer(interval=5, eager=True)
    def keep_planned(self) -> None:
        use_cases.keep_planned(self.open_work)

    @http("GET", "/dispatch/duty", roles=SIGNED_IN, in_area=True)
    def get_duty(self, request: Request) -> Any:
        return doors.duty.get_duty(self.open_work)

    @http("GET", "/dispatch/duty/shifts", roles=SIGNED_IN, in_area=True)
    def get_shifts(self, request: Request) -> Any:
        return doors.duty.get_shifts(request, self.open_work)

    @http("GET", "/dispatch/duty/shifts.ics", roles=SIGNED_IN, in_area=True)
    def get_calendar(self, request: Request) -> Any:
        return doors.duty.get_calendar(request, self.open_work)

    @http("POST", "/dispatch/duty/rosters/<roster_id>/shifts", roles=["desk"], max_body=None)
    def import_shifts(self, request: Request, roster_id: str) -> Any:
        return doors.duty.import_shifts(request, roster_id, self.open_work)

    @http("GET", "/dispatch/duty/gaps", roles=["desk", "leader"])
    def get_gaps(self, request: Request) -> Any:
        return doors.duty.get_gaps(request, self.open_work)

    @http("GET", "/dispatch/duty/rosters", roles=SIGNED_IN, in_area=True)
    def get_rosters(self, request: Request) -> Any:
        return doors.duty.get_rosters(self.open_work)

    @http("PUT", "/dispatch/duty/rosters/<roster_id>", roles=["desk"])
    def put_roster(self, request: Request, roster_id: str) -> Any:
        return doors.duty.put_roster(request, roster_id, self.open_work)

    @http("GET", "/dispatch/duty/rosters/<roster_id>/changes", roles=["desk", "leader"])
    def get_roster_changes(self, request: Request, roster_id: str) -> Any:
        return doors.duty.get_roster_changes(roster_id, self.open_work)

    @http("POST", "/dispatch/duty/overrides", roles=["desk", "leader"], in_area=True)
    def post_override(self, request: Request) -> Any:
        return doors.duty.post_override(request, self.open_work)

    @http("POST", "/dispatch/duty/swaps", roles=["desk", "leader"], in_area=True)
    def post_swap(self, request: Request) -> Any:
        return doors.duty.post_swap(request, self.open_work)

    @http("GET", "/dispatch/leaves", roles=SIGNED_IN, in_area=True)
    def get_leaves(self, request: Request) -> Any:
        return doors.leaves.get_leaves(request, self.open_work)

    @http("POST", "/dispatch/leaves", roles=SIGNED_IN, in_area=True)
    def post_leave(self, request: Request) -> Any:
        return doors.leaves.post_leave(request, self.open_work)

    @http("POST", "/dispatch/leaves/<leave_id>/decide", roles=["desk", "leader"], in_area=True)
    def decide_leave(self, request: Request, leave_id: str) -> Any:
        return doors.leaves.decide_leave(request, leave_id, self.open_work)

    @http("POST", "/dispatch/leaves/<leave_id>/cancel", roles=SIGNED_IN, in_area=True)
    def cancel_leave(self, request: Request, leave_id: str) -> Any:
        return doors.leaves.cancel_leave(request, leave_id, self.open_work)
