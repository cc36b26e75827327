"""Service orders: the list, appointments, visits, figures, and what residents confirm."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request

from services.dispatch import doors, messages, use_cases
from services.dispatch.domain.access import SIGNED_IN, SOURCE
from shared.http.entrypoint import http
from shared.messaging.hears import hears

EVERYBODY = (*SIGNED_IN, SOURCE)


class Services:
    open_work: Any

    @hears("confirmed", messages.ReporterAnswered)
    def on_confirmed(self, heard: list[Any]) -> None:
        use_cases.confirm_orders(heard, self.open_work)

    @http("GET", "/dispatch/services", roles=EVERYBODY, in_area=True)
    def get_services(self, request: Request) -> Any:
        return doors.services.get_services(self.open_work)

    @http("GET", "/dispatch/services/<code>", roles=EVERYBODY, in_area=True)
    def get_service(self, request: Request, code: str) -> Any:
        return doors.services.get_service(code, self.open_work)

    @http("GET", "/dispatch/services/<code>/slots", roles=EVERYBODY, in_area=True)
    def get_slots(self, request: Request, code: str) -> Any:
        return doors.services.get_slots(request, code, self.open_work)

    @http("GET", "/dispatch/service-orders", roles=EVERYBODY, in_area=True)
    def get_service_orders(self, request: Request) -> Any:
        return doors.services.get_service_orders(request, self.open_work)

    @http("POST", "/dispatch/service-orders/<order>/appointment", roles=EVERYBODY, in_area=True)
    def arrange(self, request: Request, order: str) -> Any:
        return doors.services.arrange(request, order, self.open_work)

    @http("POST", "/dispatch/service-orders/<order>/visit", roles=SIGNED_IN, in_area=True)
    def count_visit(self, request: Request, order: str) -> Any:
        return doors.services.count_visit(request, order, self.open_work)

    @http("GET", "/dispatch/service-figures", roles=["desk", "leader"])
    def get_service_figures(self, request: Request) -> Any:
        return doors.services.get_service_figures(request, self.open_work)
