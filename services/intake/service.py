"""Intake: one pool of cases for every upstream platform. Entrypoints only; each hands over in one statement."""

from __future__ import annotations

from typing import Any

from nameko.timer import timer
from werkzeug.wrappers import Request

from services.intake import doors, messages, use_cases, wiring
from shared.http.entrypoint import by_handler, http
from shared.messaging.hears import hears, receives


class IntakeService:
    name = "intake"
    operations = wiring.operations()
    open_work = wiring.OpenWork()
    keys = wiring.Keys()
    spawn = wiring.Spawn()

    @receives("reports", wiring.report_queues, gather=0.0001, admits_of=wiring.admits)
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

    @http("POST", "/intake/webhooks/<source>", authenticate=by_handler(doors.SIGNED))
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

    @http("GET", "/intake/sources", roles=["desk", "leader"])
    def get_sources(self, request: Request) -> Any:
        return doors.get_sources(self.open_work)

    @http("GET", "/intake/sources/<source>/feedback", roles=["desk", "source"])
    def get_feedback(self, request: Request, source: str) -> Any:
        return doors.get_feedback(request, source, self.open_work)

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
