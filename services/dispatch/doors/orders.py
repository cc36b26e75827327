"""Work orders and what is done to them."""

from __future__ import annotations

import uuid
from typing import Any

from werkzeug.wrappers import Request

from services.dispatch import use_cases, views
from services.dispatch.errors import ActionUnreadable
from shared.http.entrypoint import caller_of, json_of
from shared.http.problems import Forbidden, NotFound, Unprocessable

MOST = 500


def post_action(request: Request, open_work: Any) -> dict[str, Any]:
    try:
        return use_cases.take_action(json_of(request), caller_of(request).name, open_work)
    except ActionUnreadable as error:
        raise Unprocessable("the action cannot be read: repair what the reasons name", error.reasons) from error


def get_orders(request: Request, open_work: Any) -> dict[str, Any]:
    caller = caller_of(request)
    member = request.args.get("member") or (caller.name if caller.role == "member" else None)
    if caller.role == "member" and member != caller.name:
        raise Forbidden(f"a member sees its own orders: ask for member={caller.name}")
    with open_work() as work:
        return {"orders": views.orders(work, request.args.get("state") or None, member, MOST)}


def get_order(request: Request, order_id: str, open_work: Any) -> dict[str, Any]:
    caller, order = caller_of(request), None
    if is_uuid(order_id):
        with open_work() as work:
            order = views.order_by_id(work, order_id)
    if order is None or (caller.role == "member" and caller.name not in (order["member_id"], order["checker_id"])):
        raise NotFound(f"there is no order {order_id!r} that you may see")
    return order


def is_uuid(text: str) -> bool:
    """Whether the path names what can be an id at all."""
    try:
        return bool(uuid.UUID(text))
    except ValueError:
        return False
