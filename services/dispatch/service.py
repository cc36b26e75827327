"""Dispatch: every case goes to the right grid member, and somebody notices when nobody acts. Entrypoints only."""

from __future__ import annotations

from typing import Any

from nameko.timer import timer
from werkzeug.wrappers import Request

from services.dispatch import doors, messages, use_cases, wiring
from shared.http.entrypoint import http
from shared.messaging.hears import hears, receives


class DispatchService:
    name = "dispatch"
    operations = wiring.operations()
    open_work = wiring.OpenWork()

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

    @http("POST", "/dispatch/actions", roles=["member"])
    def post_action(self, request: Request) -> Any:
        return doors.post_action(request, self.open_work)

    @http("GET", "/dispatch/orders", roles=["desk", "leader", "member"])
    def get_orders(self, request: Request) -> Any:
        return doors.get_orders(request, self.open_work)

    @http("GET", "/dispatch/orders/<order_id>", roles=["desk", "leader", "member"])
    def get_order(self, request: Request, order_id: str) -> Any:
        return doors.get_order(request, order_id, self.open_work)

    @http("POST", "/dispatch/orders/<order_id>/assign", roles=["desk", "leader"])
    def assign_order(self, request: Request, order_id: str) -> Any:
        return doors.assign_order(request, order_id, self.open_work)

    @http("GET", "/dispatch/pool", roles=["desk", "leader", "member"])
    def get_pool(self, request: Request) -> Any:
        return doors.get_pool(request, self.open_work)
