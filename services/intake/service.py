"""Intake: one pool of cases for every upstream platform. Entrypoints only; each hands over in one statement."""

from __future__ import annotations

from typing import Any

from nameko.timer import timer
from werkzeug.wrappers import Request

from services.intake import doors, messages, use_cases, wiring
from shared.http.entrypoint import http
from shared.messaging.hears import hears, receives


class IntakeService:
    name = "intake"
    operations = wiring.operations()
    open_work = wiring.OpenWork()
    keys = wiring.Keys()

    @receives("reports", wiring.report_queues, gather=0.0001)
    def on_reports(self, arrivals: list[Any]) -> list[str]:
        return use_cases.register_reports(arrivals, self.open_work, self.keys)

    @hears("progress", *messages.PROGRESS, linger=0.1)
    def on_progress(self, heard: list[Any]) -> list[str]:
        return use_cases.fold_progress(heard, self.open_work)

    @hears("grids", messages.GridChanged)
    def on_grids_changed(self, heard: list[Any]) -> None:
        use_cases.keep_grids(heard, self.open_work)

    @hears("members", messages.MemberChanged)
    def on_members_changed(self, heard: list[Any]) -> None:
        use_cases.keep_members(heard, self.open_work)

    @http("POST", "/intake/reports", roles=["source"])
    def post_report(self, request: Request) -> Any:
        return doors.post_report(request, self.open_work, self.keys)

    @http("GET", "/intake/cases", roles=["desk", "leader", "source"])
    def get_cases(self, request: Request) -> Any:
        return doors.get_cases(request, self.open_work)

    @http("GET", "/intake/cases/<number>", roles=["desk", "leader", "source"])
    def get_case(self, request: Request, number: str) -> Any:
        return doors.get_case(request, number, self.open_work)

    @http("POST", "/intake/cases/<number>/accept", roles=["desk"])
    def accept_case(self, request: Request, number: str) -> Any:
        return doors.accept_case(request, number, self.open_work)

    @http("POST", "/intake/cases/<number>/reject", roles=["desk"])
    def reject_case(self, request: Request, number: str) -> Any:
        return doors.reject_case(request, number, self.open_work)

    @http("GET", "/intake/sources/<source>/reconciliation", roles=["desk"])
    def get_reconciliation(self, request: Request, source: str) -> Any:
        return doors.get_reconciliation(source, self.open_work)

    @http("POST", "/intake/cases/<number>/contact", roles=["desk", "leader"])
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
        use_cases.forget_past(self.open_work)
