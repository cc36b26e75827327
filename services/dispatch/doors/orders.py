"""Work orders and what is done to them."""

from __future__ import annotations

import uuid
from typing import Any

from werkzeug.wrappers import Request

from services.dispatch import use_cases, views
from services.dispatch.domain.access import SEE_ALL_ASKED, SEE_ORDERS, may, scope
from services.dispatch.doors.reach import person_of
from services.dispatch.errors import ActionUnreadable
from shared.http.entrypoint import caller_of, json_of
from shared.http.problems import Forbidden, NotFound, Unprocessable

MOST = 500
MOST_ACTIONS = 200  # in one batch


def post_action(request: Request, acting: Any) -> dict[str, Any]:
    try:
        action = use_cases.read_action(json_of(request), caller_of(request).name)
    except ActionUnreadable as error:
        raise Unprocessable("the action cannot be read: repair what the reasons name", error.reasons) from error
    return acting(action)


def post_actions(request: Request, open_work: Any) -> dict[str, Any]:
    """What a member did while offline."""
    given = json_of(request).get("actions")
    if not isinstance(given, list) or not 1 <= len(given) <= MOST_ACTIONS:
        reason = {"field": "actions", "problem": f"is no list of 1 to {MOST_ACTIONS} actions"}
        repair = "send what one POST /dispatch/actions takes, as a list; the rest in another batch"
        raise Unprocessable("the batch cannot be read: repair what the reasons name", [reason | {"repair": repair}])
    return {"answers": use_cases.take_batch(given, caller_of(request).name, open_work)}


def get_orders(request: Request, open_work: Any) -> dict[str, Any]:
    reach = scope(person_of(request), SEE_ORDERS)
    with open_work() as work:
        state, member = request.args.get("state") or None, request.args.get("member") or None
        return {"orders": views.orders(work, state, member, reach, MOST)}


def get_requests(request: Request, open_work: Any) -> dict[str, Any]:
    """What was asked for; who is not at the desk sees what they asked or are to decide."""
    return {"requests": _listed(views.requests, request, open_work)}


def get_assists(request: Request, open_work: Any) -> dict[str, Any]:
    """What units assist with; who is not at the desk sees their own."""
    return {"assists": _listed(views.assists, request, open_work)}


def _listed(view: Any, request: Request, open_work: Any) -> Any:
    """What `view` finds in the state and of the member that the request names, as far as the rights reach."""
    reach = scope(person_of(request), SEE_ALL_ASKED)
    member = request.args.get("member") or (None if reach.everything else reach.name)
    if not reach.everything and member != reach.name:
        raise Forbidden(f"you see your own: ask for member={reach.name}")
    with open_work() as work:
        return view(work, request.args.get("state") or None, member, MOST)


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


def is_uuid(text: str) -> bool:
    """Whether the path names what can be an id at all."""
    try:
        return bool(uuid.UUID(text))
    except ValueError:
        return False
