"""Signing in, accounts and sessions."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request

from services.dispatch import doors, use_cases
from services.dispatch.domain.access import SIGNED_IN
from shared.http.entrypoint import http
from shared.timers import timer


class Access:
    open_work: Any
    proofs: Any

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
