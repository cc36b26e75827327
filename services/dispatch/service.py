"""Dispatch: every case goes to the right grid member, and somebody notices when nobody acts. Entrypoints only."""

from __future__ import annotations

from typing import Any

from nameko.timer import timer
from werkzeug.wrappers import Request

from services.dispatch import doors, messages, use_cases, wiring
from services.dispatch.domain.access import SIGNED_IN
from shared.http.entrypoint import http
from shared.messaging.hears import hears, receives


class DispatchService:
    name = "dispatch"
    operations = wiring.operations()
    open_work = wiring.OpenWork()
    proofs = wiring.Access()

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

    @timer(interval=5)
    def score(self) -> None:
        use_cases.keep_scores(self.open_work)

    @http("POST", "/dispatch/actions", roles=SIGNED_IN, in_area=True)
    def post_action(self, request: Request) -> Any:
        return doors.post_action(request, self.open_work)

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
