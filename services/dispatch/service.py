"""Dispatch: every case goes to the right grid member, and somebody notices when nobody acts. Entrypoints only."""

from __future__ import annotations

from typing import Any

from nameko.timer import timer
from werkzeug.wrappers import Request

from services.dispatch import doors, messages, use_cases, wiring
from services.dispatch.domain.access import SIGNED_IN
from services.dispatch.domain.registry import AREA, MEMBER
from shared.http.entrypoint import http
from shared.messaging.hears import hears, receives


class DispatchService:
    name = "dispatch"
    operations = wiring.operations()
    open_work = wiring.OpenWork()
    acting = wiring.Acting()
    proofs = wiring.Access()
    sealing = wiring.Sealing()

    @hears("cases", messages.CaseRegistered)
    def on_cases(self, heard: list[Any]) -> list[str]:
        return use_cases.assign_work(heard, self.open_work)

    @hears("rework", messages.ReworkAsked)
    def on_rework(self, heard: list[Any]) -> list[str]:
        return use_cases.assign_again(heard, self.open_work)

    @hears("closed", *messages.CASE_ENDED)
    def on_ended(self, heard: list[Any]) -> list[str]:
        return use_cases.end_orders(heard, self.open_work)

    @hears("corrected", messages.CaseCorrected)
    def on_corrected(self, heard: list[Any]) -> list[str]:
        return use_cases.correct_orders(heard, self.open_work)

    @hears("categories", messages.CategoryChanged)
    def on_categories_changed(self, heard: list[Any]) -> None:
        use_cases.keep_categories(heard, self.open_work)

    @receives("actions")
    def on_actions(self, arrivals: list[Any]) -> list[str]:
        return use_cases.take_actions(arrivals, self.open_work)

    @timer(interval=1)
    def watch(self) -> None:
        use_cases.watch_deadlines(self.open_work)

    @timer(interval=10)
    def redate(self) -> None:
        use_cases.redate_orders(self.open_work)

    @timer(interval=10)
    def move(self) -> None:
        use_cases.move_work(self.open_work)

    @timer(interval=5)
    def score(self) -> None:
        use_cases.keep_scores(self.open_work)

    @timer(interval=1)
    def reroute(self) -> None:
        use_cases.reroute_work(self.open_work)

    @timer(interval=5, eager=True)
    def keep_planned(self) -> None:
        use_cases.keep_planned(self.open_work)

    @http("POST", "/dispatch/actions", roles=SIGNED_IN, in_area=True)
    def post_action(self, request: Request) -> Any:
        return doors.post_action(request, self.acting)

    @http("POST", "/dispatch/actions/batch", roles=SIGNED_IN, in_area=True)
    def post_actions(self, request: Request) -> Any:
        return doors.post_actions(request, self.open_work)

    @http("GET", "/dispatch/requests", roles=SIGNED_IN, in_area=True)
    def get_requests(self, request: Request) -> Any:
        return doors.get_requests(request, self.open_work)

    @http("GET", "/dispatch/assists", roles=SIGNED_IN, in_area=True)
    def get_assists(self, request: Request) -> Any:
        return doors.get_assists(request, self.open_work)

    @http("GET", "/dispatch/orders", roles=SIGNED_IN, in_area=True)
    def get_orders(self, request: Request) -> Any:
        return doors.get_orders(request, self.open_work)

    @http("GET", "/dispatch/orders/<order_id>", roles=SIGNED_IN, in_area=True)
    def get_order(self, request: Request, order_id: str) -> Any:
        return doors.get_order(request, order_id, self.open_work)

    @http("GET", "/dispatch/scores", roles=["desk", "leader"])
    def get_scores(self, request: Request) -> Any:
        return doors.get_scores(request, self.open_work)

    @http("GET", "/dispatch/scores/cases", roles=["desk", "leader"])
    def get_score_cases(self, request: Request) -> Any:
        return doors.get_score_cases(request, self.open_work)

    @http("GET", "/dispatch/adoption", roles=["desk", "leader"])
    def get_adoption(self, request: Request) -> Any:
        return doors.get_adoption(request, self.open_work)

    @http("POST", "/dispatch/sign-in", public=doors.access.SIGNS_IN)
    def sign_in(self, request: Request) -> Any:
        return doors.access.sign_in(request, self.proofs, self.open_work)

    @http("POST", "/dispatch/sign-in/<provider>", public=doors.access.SIGNS_IN)
    def sign_in_with(self, request: Request, provider: str) -> Any:
        return doors.access.sign_in_with(request, provider, self.proofs, self.open_work)

    @http("POST", "/dispatch/refresh", public=doors.access.HOLDS_TOKEN)
    def refresh(self, request: Request) -> Any:
        return doors.access.refresh(request, self.proofs, self.open_work)

    @http("POST", "/dispatch/sign-out", public=doors.access.HOLDS_TOKEN)
    def sign_out(self, request: Request) -> Any:
        return doors.access.sign_out(request, self.proofs, self.open_work)

    @http("GET", "/dispatch/keys", public=doors.access.PUBLIC_KEY)
    def get_keys(self, request: Request) -> Any:
        return doors.access.get_keys(self.proofs)

    @http("POST", "/dispatch/accounts/<provider>", roles=SIGNED_IN, in_area=True)
    def link_account(self, request: Request, provider: str) -> Any:
        return doors.access.link_account(request, provider, self.proofs, self.open_work)

    @http("POST", "/dispatch/second-factor", roles=SIGNED_IN, in_area=True)
    def second_factor(self, request: Request) -> Any:
        return doors.access.second_factor(request, self.proofs, self.open_work)

    @http("GET", "/dispatch/sessions", roles=SIGNED_IN, in_area=True)
    def get_sessions(self, request: Request) -> Any:
        return doors.access.get_sessions(request, self.open_work)

    @http("POST", "/dispatch/sessions/<session_id>/end", roles=SIGNED_IN, in_area=True)
    def end_session(self, request: Request, session_id: str) -> Any:
        return doors.access.end_session(request, session_id, self.open_work)

    @timer(interval=3600)
    def forget_access(self) -> None:
        use_cases.forget_access(self.open_work)

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

    @http("POST", "/dispatch/duty/overrides", roles=["desk", "leader"])
    def post_override(self, request: Request) -> Any:
        return doors.duty.post_override(request, self.open_work)

    @http("POST", "/dispatch/duty/swaps", roles=["desk", "leader"])
    def post_swap(self, request: Request) -> Any:
        return doors.duty.post_swap(request, self.open_work)

    @http("GET", "/dispatch/leaves", roles=SIGNED_IN, in_area=True)
    def get_leaves(self, request: Request) -> Any:
        return doors.leaves.get_leaves(request, self.open_work)

    @http("POST", "/dispatch/leaves", roles=SIGNED_IN, in_area=True)
    def post_leave(self, request: Request) -> Any:
        return doors.leaves.post_leave(request, self.open_work)

    @http("POST", "/dispatch/leaves/<leave_id>/decide", roles=["desk", "leader"])
    def decide_leave(self, request: Request, leave_id: str) -> Any:
        return doors.leaves.decide_leave(request, leave_id, self.open_work)

    @http("POST", "/dispatch/leaves/<leave_id>/cancel", roles=SIGNED_IN, in_area=True)
    def cancel_leave(self, request: Request, leave_id: str) -> Any:
        return doors.leaves.cancel_leave(request, leave_id, self.open_work)

    @http("POST", "/dispatch/orders/<order_id>/assign", roles=["desk", "leader"])
    def assign_order(self, request: Request, order_id: str) -> Any:
        return doors.assign_order(request, order_id, self.open_work)

    @http("GET", "/dispatch/pool", roles=SIGNED_IN, in_area=True)
    def get_pool(self, request: Request) -> Any:
        return doors.get_pool(request, self.open_work)

    @http("GET", "/dispatch/areas", roles=["desk", "leader"])
    def get_areas(self, request: Request) -> Any:
        return doors.get_areas(request, self.open_work)

    @http("GET", "/dispatch/areas/<grid_id>/changes", roles=["desk", "leader"])
    def get_area_changes(self, request: Request, grid_id: str) -> Any:
        return doors.get_changes(request, AREA, grid_id, self.open_work)

    @http("POST", "/dispatch/areas/import", roles=["desk"], max_body=None)
    def import_areas(self, request: Request) -> Any:
        return doors.post_file(request, AREA, self.open_work, self.sealing)

    @http("POST", "/dispatch/areas/<grid_id>/split", roles=["desk"])
    def split_grid(self, request: Request, grid_id: str) -> Any:
        return doors.split_grid(request, grid_id, self.open_work)

    @http("POST", "/dispatch/areas/merge", roles=["desk"])
    def merge_grids(self, request: Request) -> Any:
        return doors.merge_grids(request, self.open_work)

    @http("GET", "/dispatch/members", roles=["desk", "leader"])
    def get_members(self, request: Request) -> Any:
        return doors.get_members(request, self.open_work)

    @http("GET", "/dispatch/members/<member_id>/changes", roles=["desk", "leader"])
    def get_member_changes(self, request: Request, member_id: str) -> Any:
        return doors.get_changes(request, MEMBER, member_id, self.open_work)

    @http("POST", "/dispatch/members/import", roles=["desk"], max_body=None)
    def import_members(self, request: Request) -> Any:
        return doors.post_file(request, MEMBER, self.open_work, self.sealing)
