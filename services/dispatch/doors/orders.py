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
MOST_ACTIONS = 200  # in one batch


def post_action(request: Request, open_work: Any) -> dict[str, Any]:
    try:
        return use_cases.take_action(json_of(request), caller_of(request).name, open_work)
    except ActionUnreadable as error:
        raise Unprocessable("the action cannot be read: repair what the reasons name", error.reasons) from error


def post_actions(request: Request, open_work: Any) -> dict[str, Any]:
    """What a member did while offline."""
    given = json_of(request).get("actions")
    if not isinstance(given, list) or not 1 <= len(given) <= MOST_ACTIONS:
        reason = {"field": "actions", "problem": f"is no list of 1 to {MOST_ACTIONS} actions"}
        repair = "send what one POST /dispatch/actions takes, as a list; the rest in another batch"
        raise Unprocessable("the batch cannot be read: repair what the reasons name", [reason | {"repair": repair}])
    return {"answers": use_cases.take_batch(given, caller_of(request).name, open_work)}


def get_orders(request: Request, open_work: Any) -> dict[str, Any]:
    return {"orders": _listed(views.orders, request, open_work)}


def get_requests(request: Request, open_work: Any) -> dict[str, Any]:
    """What was asked for; a member sees what it asked or is to decide."""
    return {"requests": _listed(views.requests, request, open_work)}


def get_assists(request: Request, open_work: Any) -> dict[str, Any]:
    """What units assist with; a member sees its own."""
    return {"assists": _listed(views.assists, request, open_work)}


def _listed(view: Any, request: Request, open_work: Any) -> Any:
    """What `view` finds in the state and of the member that the request names; a member sees its own only."""
    caller = caller_of(request)
    member = request.args.get("member") or (caller.name if caller.role == "member" else None)
    if caller.role == "member" and member != caller.name:
        raise Forbidden(f"a member sees its own: ask for member={caller.name}")
    with open_work() as work:
        return view(work, request.args.get("state") or None, member, MOST)


def get_order(request: Request, order_id: str, open_work: Any) -> dict[str, Any]:
    caller, order = caller_of(request), None
    if _is_uuid(order_id):
        with open_work() as work:
            order = views.order_by_id(work, order_id)
    if order is None or (caller.role == "member" and caller.name not in _concerned(order)):
        raise NotFound(f"there is no order {order_id!r} that you may see")
    return order


def _concerned(order: dict[str, Any]) -> set[str]:
    """Who has to do with an order: handler, checker, approvers, and those who assist."""
    helping = {one["member_id"] for one in order["assists"]} | {one["approver_id"] for one in order["requests"]}
    return {order["member_id"], order["checker_id"], *helping}


def _is_uuid(text: str) -> bool:
    try:
        return bool(uuid.UUID(text))
    except ValueError:
        return False
