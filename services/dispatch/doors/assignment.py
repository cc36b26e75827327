"""Who gets a work order, where people decide that: at the desk, as a leader, or by claiming it."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request

from services.dispatch import messages, use_cases, views
from services.dispatch.domain.access import ASSIGN, SEE_ORDERS, scope
from services.dispatch.doors.orders import is_uuid
from services.dispatch.doors.reach import about_members, about_order, person_of
from services.dispatch.errors import MemberUnfit, NotPossible, OrderUnknown
from shared.http.entrypoint import body_of, caller_of
from shared.http.problems import Conflict, NotFound, Unprocessable

_BY_HAND = messages.ByHand()


def assign_order(request: Request, order_id: str, open_work: Any) -> dict[str, Any]:
    caller, body = caller_of(request), body_of(request, _BY_HAND)
    try:
        if not is_uuid(order_id):
            raise OrderUnknown(order_id)
        with open_work() as work:
            about_order(request, ASSIGN, order_id, work)
            about_members(request, ASSIGN, [body["member_id"]], work)
        return use_cases.assign_by_hand(order_id, body, caller.name, open_work)
    except OrderUnknown as error:
        raise NotFound(str(error)) from error
    except NotPossible as error:
        raise Conflict(str(error)) from error
    except MemberUnfit as error:
        repair = "name somebody on duty who does such work: GET /dispatch/orders/<order_id> shows who was considered"
        reason = {"field": "member_id", "problem": str(error), "repair": repair}
        raise Unprocessable("the body does not fit: repair what the reasons name", [reason]) from error


def get_pool(request: Request, open_work: Any) -> dict[str, Any]:
    reach = scope(person_of(request), SEE_ORDERS)
    with open_work() as work:
        return {"orders": views.pool(work, None if reach.everything else reach.name)}
