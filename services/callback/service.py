"""Callback: the person who reported is asked whether it is solved, and the answer counts. Entrypoints only."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request

from services.callback import doors, messages, use_cases, wiring
from shared.http.entrypoint import http
from shared.messaging.hears import hears
from shared.timers import timer

PAGE: dict[str, Any] = {
    "public": "a reporter has no account: whoever has the address that was made for one reporter may answer",
    "errors": doors.answer_page.errors,
}


class CallbackService:
    name = "callback"
    operations = wiring.operations()
    open_work = wiring.OpenWork()
    pages = wiring.Pages()

    @hears("cases", messages.CaseRegistered, linger=0.2)
    def on_cases(self, heard: list[Any]) -> None:
        use_cases.keep_cases(heard, self.open_work)

    @hears("verified", messages.WorkVerified)
    def on_verified(self, heard: list[Any]) -> list[str]:
        return use_cases.plan_follow_ups(heard, self.open_work)

    @hears("answered", messages.ReporterAnswered)
    def on_answered(self, heard: list[Any]) -> list[str]:
        return use_cases.take_confirmations(heard, self.open_work)

    @hears("resolved", messages.WorkResolved, linger=0.2)
    def on_resolved(self, heard: list[Any]) -> None:
        use_cases.keep_works(heard, self.open_work)

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
    def issue_links(self) -> None:
        use_cases.issue_links(self.pages.address, self.open_work)

    @timer(interval=1)
    def judge(self) -> None:
        use_cases.judge_due(self.open_work)

    @timer(interval=60)
    def top_up(self) -> None:
        use_cases.top_up(self.open_work)

    @http("GET", "/callback/follow-ups", roles=["desk"])
    def get_follow_ups(self, request: Request) -> Any:
        return doors.get_follow_ups(request, self.open_work)

    @http("POST", "/callback/follow-ups/<follow_up_id>/links", roles=["desk"])
    def give_links(self, request: Request, follow_up_id: str) -> Any:
        return doors.give_links(request, follow_up_id, self.pages.address, self.open_work)

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

    @http("GET", "/callback/calls", roles=["desk"])
    def get_calls(self, request: Request) -> Any:
        return doors.get_calls(request, self.open_work)

    @http("POST", "/callback/calls/take", roles=["desk"])
    def take_calls(self, request: Request) -> Any:
        return doors.take_calls(request, self.open_work)

    @http("POST", "/callback/calls/<call_id>/answered", roles=["desk"])
    def answered(self, request: Request, call_id: str) -> Any:
        return doors.answered(request, call_id, self.open_work)

    @http("POST", "/callback/calls/<call_id>/not-reached", roles=["desk"])
    def not_reached(self, request: Request, call_id: str) -> Any:
        return doors.not_reached(request, call_id, self.open_work)

    @http("POST", "/callback/calls/<call_id>/give-back", roles=["desk"])
    def give_back(self, request: Request, call_id: str) -> Any:
        return doors.give_back(request, call_id, self.open_work)

    @http("GET", "/callback/a/<secret>", **PAGE)
    def get_answer_page(self, request: Request, secret: str) -> Any:
        return doors.answer_page.get_page(request, secret, self.pages, self.open_work)

    @http("POST", "/callback/a/<secret>", **PAGE)
    def post_answer_page(self, request: Request, secret: str) -> Any:
        return doors.answer_page.post_page(request, secret, self.pages, self.open_work)

    @http("GET", "/callback/web/<file>", public="the style sheet and the script of the page, the same for everybody")
    def get_file(self, request: Request, file: str) -> Any:
        return doors.answer_page.get_file(file)
