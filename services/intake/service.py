"""Intake: one pool of cases for every upstream platform. Entrypoints only; each hands over in one statement."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request

from services.intake import doors, messages, use_cases, wiring
from shared.http.entrypoint import http
from shared.messaging.hears import hears, receives
from shared.timers import timer

# the protocol's own rules of access (Open311 GeoReport v2) and its own errors
OPEN311 = {"public": "Open311 shows these to everybody", "errors": doors.open311_answers.errors}
OPEN311_KEY = {"public": "an api_key in the form says which client sends", "errors": doors.open311_answers.errors}


class IntakeService:
    name = "intake"
    operations = wiring.operations()
    open_work = wiring.OpenWork()
    keys = wiring.Keys()
    answer_links = wiring.AnswerLinks()
    media = wiring.Media()
    spawn = wiring.Spawn()

    @receives("reports", wiring.report_queues, gather=0.0001, admits_of=wiring.admits)
    def on_reports(self, arrivals: list[Any]) -> list[str]:
        return use_cases.register_reports(arrivals, self.open_work, self.keys)

    @hears("progress", *messages.PROGRESS, linger=0.1)
    def on_progress(self, heard: list[Any]) -> list[str]:
        return use_cases.fold_progress(heard, self.open_work, self.keys)

    @hears("grids", messages.GridChanged)
    def on_grids_changed(self, heard: list[Any]) -> None:
        use_cases.keep_grids(heard, self.open_work)

    @hears("members", messages.MemberChanged)
    def on_members_changed(self, heard: list[Any]) -> None:
        use_cases.keep_members(heard, self.open_work)

    @timer(interval=2)
    def end_waiting(self) -> None:
        use_cases.end_waiting(self.open_work)

    @http("POST", "/intake/reports", roles=["source"])
    def post_report(self, request: Request) -> Any:
        return doors.post_report(request, self.open_work, self.keys)

    @http("POST", "/intake/webhooks/<source>", public=doors.SIGNED)
    def post_webhook(self, request: Request, source: str) -> Any:
        return doors.post_webhook(request, source, self.open_work, self.keys)

    @http("POST", "/intake/imports", roles=["desk"], max_body=doors.MAX_FILE)
    def post_import(self, request: Request) -> Any:
        return doors.post_import(request, self.open_work, self.keys, self.spawn)

    @http("GET", "/intake/imports/<import_id>", roles=["desk"])
    def get_import(self, request: Request, import_id: str) -> Any:
        return doors.get_import(import_id, self.open_work)

    @http("GET", "/intake/imports/<import_id>/rows", roles=["desk"])
    def get_import_rows(self, request: Request, import_id: str) -> Any:
        return doors.get_import_rows(import_id, self.open_work)

    @http("GET", "/intake/cases", roles=["desk", "leader", "source"], in_area=True)
    def get_cases(self, request: Request) -> Any:
        return doors.get_cases(request, self.open_work)

    @http("GET", "/intake/cases/<number>", roles=["desk", "leader", "source"], in_area=True)
    def get_case(self, request: Request, number: str) -> Any:
        return doors.get_case(request, number, self.open_work)

    @http("GET", "/intake/cases/<number>/explanation", roles=["desk", "leader"], in_area=True)
    def get_explanation(self, request: Request, number: str) -> Any:
        return doors.get_explanation(request, number, self.open_work)

    @http("POST", "/intake/cases/<number>/accept", roles=["desk"])
    def accept_case(self, request: Request, number: str) -> Any:
        return doors.accept_case(request, number, self.open_work)

    @http("POST", "/intake/cases/<number>/reject", roles=["desk"])
    def reject_case(self, request: Request, number: str) -> Any:
        return doors.reject_case(request, number, self.open_work)

    @http("POST", "/intake/cases/<number>/ask", roles=["desk"])
    def ask_reporter(self, request: Request, number: str) -> Any:
        return doors.ask_reporter(request, number, self.open_work)

    @http("POST", "/intake/cases/<number>/information", roles=["desk", "source"])
    def take_information(self, request: Request, number: str) -> Any:
        return doors.take_information(request, number, self.keys, self.open_work)

    @http("POST", "/intake/cases/<number>/correct", roles=["desk"])
    def correct_case(self, request: Request, number: str) -> Any:
        return doors.correct_case(request, number, self.open_work)

    @http("POST", "/intake/cases/<number>/merge", roles=["desk"])
    def merge_case(self, request: Request, number: str) -> Any:
        return doors.merge_case(request, number, self.open_work)

    @http("POST", "/intake/cases/<number>/unmerge", roles=["desk"])
    def unmerge_case(self, request: Request, number: str) -> Any:
        return doors.unmerge_case(request, number, self.open_work)

    @http("POST", "/intake/cases/<number>/answer", roles=["desk"])
    def answer_case(self, request: Request, number: str) -> Any:
        return doors.answer_case(request, number, self.open_work)

    @http("POST", "/intake/cases/<number>/transfer", roles=["desk"])
    def transfer_case(self, request: Request, number: str) -> Any:
        return doors.transfer_case(request, number, self.open_work)

    @http("POST", "/intake/cases/<number>/transfer-answer", roles=["desk", "source"])
    def take_transfer_answer(self, request: Request, number: str) -> Any:
        return doors.take_transfer_answer(request, number, self.open_work)

    @http("POST", "/intake/cases/<number>/cancel", roles=["desk", "source"])
    def cancel_case(self, request: Request, number: str) -> Any:
        return doors.cancel_case(request, number, self.open_work)

    @http("POST", "/intake/cases/<number>/confirm", roles=["desk", "source"])
    def confirm_case(self, request: Request, number: str) -> Any:
        return doors.confirm_case(request, number, self.open_work)

    @http("POST", "/intake/cases/<number>/appeal", roles=["desk", "source"])
    def appeal_case(self, request: Request, number: str) -> Any:
        return doors.appeal_case(request, number, self.open_work)

    @http("GET", "/intake/cases/<number>/media", roles=["desk", "leader", "member", "source"], in_area=True)
    def get_case_media(self, request: Request, number: str) -> Any:
        return doors.get_case_media(request, number, self.media, self.open_work)

    @http(
        "POST",
        "/intake/media",
        roles=["desk", "leader", "link", "member", "source"],
        in_area=True,
        authenticate=doors.by_link_or_token,
        max_body=None,
    )
    def post_media(self, request: Request) -> Any:
        return doors.post_media(request, self.media, self.open_work)

    @http("GET", "/intake/media/<reference>", roles=["link"], authenticate=doors.by_link)
    def get_media(self, request: Request, reference: str) -> Any:
        return doors.get_media(request, reference, self.media, self.open_work)

    @http("GET", "/intake/open311/v2/discovery.<format>", **OPEN311)
    def get_open311_discovery(self, request: Request, format: str) -> Any:
        return doors.open311.get_discovery(request, format, self.open_work)

    @http("GET", "/intake/open311/v2/services.<format>", **OPEN311)
    def get_open311_services(self, request: Request, format: str) -> Any:
        return doors.open311.get_services(request, format, self.open_work)

    @http("GET", "/intake/open311/v2/services/<code>.<format>", **OPEN311)
    def get_open311_service(self, request: Request, code: str, format: str) -> Any:
        return doors.open311.get_service(request, code, format, self.open_work)

    @http("POST", "/intake/open311/v2/requests.<format>", max_body=None, **OPEN311_KEY)
    def post_open311_request(self, request: Request, format: str) -> Any:
        return doors.open311_post.post_request(request, format, self.open_work, self.keys, self.media)

    @http("GET", "/intake/open311/v2/tokens/<token>.<format>", **OPEN311)
    def get_open311_token(self, request: Request, token: str, format: str) -> Any:
        return doors.open311.get_token(request, token, format, self.open_work)

    @http("GET", "/intake/open311/v2/requests.<format>", **OPEN311)
    def get_open311_requests(self, request: Request, format: str) -> Any:
        return doors.open311.get_requests(request, format, self.open_work)

    @http("GET", "/intake/open311/v2/requests/<number>.<format>", **OPEN311)
    def get_open311_request(self, request: Request, number: str, format: str) -> Any:
        return doors.open311.get_request(request, number, format, self.open_work)

    @http("GET", "/intake/open311/v2/servicerequestupdates.<format>", **OPEN311)
    def get_open311_updates(self, request: Request, format: str) -> Any:
        return doors.open311.get_updates(request, format, self.open_work)

    @http("POST", "/intake/open311/v2/servicerequestupdates.<format>", **OPEN311_KEY)
    def post_open311_update(self, request: Request, format: str) -> Any:
        return doors.open311_post.post_update(request, format, self.open_work)

    @http("GET", "/intake/sources", roles=["desk", "leader"])
    def get_sources(self, request: Request) -> Any:
        return doors.get_sources(self.open_work)

    @http("GET", "/intake/sources/<source>/feedback", roles=["desk", "source"])
    def get_feedback(self, request: Request, source: str) -> Any:
        return doors.get_feedback(request, source, self.answer_links, self.open_work)

    @http("POST", "/intake/sources/<source>/feedback/ack", roles=["source"])
    def ack_feedback(self, request: Request, source: str) -> Any:
        return doors.ack_feedback(request, source, self.open_work)

    @http("GET", "/intake/sources/<source>/reconciliation", roles=["desk", "source"])
    def get_reconciliation(self, request: Request, source: str) -> Any:
        return doors.get_reconciliation(request, source, self.open_work)

    @http("POST", "/intake/sources/<source>/reconciliation", roles=["desk", "source"])
    def reconcile(self, request: Request, source: str) -> Any:
        return doors.reconcile(request, source, self.open_work)

    @timer(interval=5, eager=True)
    def write_down(self) -> None:
        use_cases.write_down(self.open_work)

    @timer(interval=3600)
    def forget(self) -> None:
        use_cases.forget_old(self.open_work)

    @http("POST", "/intake/cases/<number>/contact", roles=["desk", "leader"], in_area=True)
    def show_contact(self, request: Request, number: str) -> Any:
        return doors.show_contact(request, number, self.open_work, self.keys)

    @http("POST", "/intake/cases/<number>/register", roles=["desk"])
    def search_register(self, request: Request, number: str) -> Any:
        return doors.search_register(request, number, self.open_work, self.keys)

    @http("POST", "/intake/persons/search", roles=["desk", "leader"])
    def search_person(self, request: Request) -> Any:
        return doors.search_person(request, self.open_work, self.keys)

    @http("POST", "/intake/persons/erase", roles=["leader"])
    def erase_person(self, request: Request) -> Any:
        return doors.erase_person(request, self.open_work, self.keys)

    @timer(interval=600)
    def forget_past(self) -> None:
        use_cases.forget_past(self.media.store, self.open_work)
