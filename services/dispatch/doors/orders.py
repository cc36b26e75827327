"""Work orders and what is done to them."""

from __future__ import annotations

import uuid
from typing import Any

from werkzeug.wrappers import Request

from services.dispatch import use_cases, views
from services.dispatch.domain.access import SEE_ORDERS, Person, may, scope
from services.dispatch.errors import ActionUnreadable
from shared.http.entrypoint import caller_of, json_of
from shared.http.problems import NotFound, Unprocessable

MOST = 500


def post_action(request: Request, open_work: Any) -> dict[str, Any]:
    try:
        return use_cases.take_action(json_of(request), caller_of(request).name, open_work)
    except ActionUnreadable as error:
        raise Unprocessable("the action cannot be read: repair what the reasons name", error.reasons) from error


def get_orders(request: Request, open_work: Any) -> dict[str, Any]:
    reach = scope(person_of(request), SEE_ORDERS)
    with open_work() as work:
        state, member = request.args.get("state") or None, request.args.get("member") or None
        return {"orders": views.orders(work, state, member, reach, MOST)}


def get_order(request: Request, order_id: str, open_work: Any) -> dict[str, Any]:
    order = None
    if is_uuid(order_id):
        with open_work() as work:
            matter = views.matter_of_order(work, order_id)
            if matter and may(person_of(request), SEE_ORDERS, matter):
                order = views.order_by_id(work, order_id)
    if order is None:
        raise NotFound(f"there is no order {order_id!r} that you may see")
    return order


def person_of(request: Request) -> Person:
    """Who asks, as rights are held against."""
    caller = caller_of(request)
    return Person(caller.name, caller.role, caller.post, caller.area)


def is_uuid(text: str) -> bool:
    try:
        return bool(uuid.UUID(text))
    except ValueError:
        return False
