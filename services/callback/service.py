"""Callback: the person who reported is asked whether it is solved, and the answer counts. Entrypoints only."""

from __future__ import annotations

from typing import Any

from nameko.timer import timer
from werkzeug.wrappers import Request

from services.callback import doors, messages, use_cases, wiring
from shared.http.entrypoint import http
from shared.messaging.hears import hears


class CallbackService:
    name = "callback"
    operations = wiring.operations()
    open_work = wiring.OpenWork()

    @hears("cases", messages.CaseRegistered, linger=0.2)
    def on_cases(self, heard: list[Any]) -> None:
        use_cases.keep_cases(heard, self.open_work)

    @hears("verified", messages.WorkVerified)
    def on_verified(self, heard: list[Any]) -> list[str]:
        return use_cases.plan_follow_ups(heard, self.open_work)

    @hears("withdrawn", messages.WorkWithdrawn)
    def on_withdrawn(self, heard: list[Any]) -> list[str]:
        return use_cases.drop_follow_ups(heard, self.open_work)

    @hears("corrected", messages.CaseCorrected)
    def on_corrected(self, heard: list[Any]) -> list[str]:
        return use_cases.correct_cases(heard, self.open_work)

    @hears("erased", messages.PersonErased)
    def on_erased(self, heard: list[Any]) -> list[str]:
        return use_cases.waive_erased(heard, self.open_work)

    @hears("merged", messages.CaseMerged)
    def on_merged(self, heard: list[Any]) -> list[str]:
        return use_cases.merge_cases(heard, self.open_work)

    @timer(interval=1)
    def judge(self) -> None:
        use_cases.judge_due(self.open_work)

    @timer(interval=60)
    def top_up(self) -> None:
        use_cases.top_up(self.open_work)

    @http("GET", "/callback/follow-ups", roles=["desk"])
    def get_follow_ups(self, request: Request) -> Any:
        return doors.get_follow_ups(request, self.open_work)

    @http("POST", "/callback/follow-ups/<follow_up_id>/attempts", roles=["desk"])
    def post_attempt(self, request: Request, follow_up_id: str) -> Any:
        return doors.post_attempt(request, follow_up_id, self.open_work)

    @http("POST", "/callback/follow-ups/<follow_up_id>/answer", roles=["desk"])
    def post_answer(self, request: Request, follow_up_id: str) -> Any:
        return doors.post_answer(request, follow_up_id, self.open_work)

    @http("POST", "/callback/follow-ups/<follow_up_id>/demand", roles=["desk"])
    def post_demand(self, request: Request, follow_up_id: str) -> Any:
        return doors.post_demand(request, follow_up_id, self.open_work)

    @http("POST", "/callback/objections", roles=["desk", "source"])
    def post_objection(self, request: Request) -> Any:
        return doors.post_objection(request, self.open_work)

    @http("GET", "/callback/figures", roles=["desk", "leader"])
    def get_figures(self, request: Request) -> Any:
        return doors.get_figures(request, self.open_work)

    @http("GET", "/callback/words", roles=["desk", "leader"])
    def get_words(self, request: Request) -> Any:
        return doors.get_words(request, self.open_work)

    @http("GET", "/callback/marks", roles=["desk", "leader"])
    def get_marks(self, request: Request) -> Any:
        return doors.get_marks(request, self.open_work)

    @http("GET", "/callback/reasks", roles=["desk", "leader"])
    def get_reasks(self, request: Request) -> Any:
        return doors.get_reasks(request, self.open_work)

    @http("POST", "/callback/reasks", roles=["leader"])
    def post_reasks(self, request: Request) -> Any:
        return doors.post_reasks(request, self.open_work)

    @http("POST", "/callback/reasks/<reask_id>/answer", roles=["desk", "leader"])
    def post_second_answer(self, request: Request, reask_id: str) -> Any:
        return doors.post_second_answer(request, reask_id, self.open_work)
