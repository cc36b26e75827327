"""Dispatch: every case goes to the right grid member, and somebody notices when nobody acts. Entrypoints only."""

from __future__ import annotations

from typing import Any

from nameko.timer import timer
from werkzeug.wrappers import Request

from services.dispatch import doors, messages, use_cases, wiring
from services.dispatch.domain.registry import AREA, MEMBER
from shared.http.entrypoint import http
from shared.messaging.hears import hears, receives


class DispatchService:
    name = "dispatch"
    operations = wiring.operations()
    open_work = wiring.OpenWork()
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
    def move(self) -> None:
        use_cases.move_work(self.open_work)

    @http("POST", "/dispatch/actions", roles=["member"])
    def post_action(self, request: Request) -> Any:
        return doors.post_action(request, self.open_work)

    @http("GET", "/dispatch/orders", roles=["desk", "leader", "member"])
    def get_orders(self, request: Request) -> Any:
        return doors.get_orders(request, self.open_work)

    @http("GET", "/dispatch/orders/<order_id>", roles=["desk", "leader", "member"])
    def get_order(self, request: Request, order_id: str) -> Any:
        return doors.get_order(request, order_id, self.open_work)

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
