"""Work orders over HTTP: what is done to them, and who sees them."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request

from services.dispatch import doors
from services.dispatch.domain.access import SIGNED_IN
from shared.http.entrypoint import http


class Orders:
    open_work: Any
    acting: Any

    @http("POST", "/dispatch/actions", roles=SIGNED_IN, in_area=True)
    def post_action(self, request: Request) -> Any:
        return doors.post_action(request, self.acting)

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

    @http("POST", "/dispatch/orders/<order_id>/assign", roles=["desk", "leader"], in_area=True)
    def assign_order(self, request: Request, order_id: str) -> Any:
        return doors.assign_order(request, order_id, self.open_work)

    @http("GET", "/dispatch/pool", roles=SIGNED_IN, in_area=True)
    def get_pool(self, request: Request) -> Any:
        return doors.get_pool(request, self.open_work)
