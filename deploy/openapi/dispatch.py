"""What the routes of dispatch do."""

from __future__ import annotations

from deploy.openapi.route import STATE, Route
from services.dispatch import messages as dispatch

ROUTES = {
    "POST /dispatch/actions": Route(
        "An action of the calling member; a `command_id` that is sent again gets its first answer again",
        {200: "as in dispatch.action_answered.v1: `accepted`, or the `reason` why not, and the state of the order"},
        dispatch.Action,
        problems=(422,),
    ),
    "GET /dispatch/orders": Route(
        "Work orders, the most urgent first, at most 500; a member sees its own only",
        {200: "`orders`"},
        query={"state": STATE, "member": "only those that this member handles or checks"},
    ),
    "GET /dispatch/orders/<order_id>": Route(
        "A work order; a member sees those it handles or checks",
        {
            200: "the order with its `journal` and its `assignments`: each with `why`, the `policy` and the first few "
            "members who were `considered`, the chosen one first"
        },
        problems=(404,),
    ),
    "POST /dispatch/orders/<order_id>/assign": Route(
        "Give an open order to a member on duty, whatever the policies say; the same member again changes nothing",
        {200: "`order_id`, `number`, `member_id`, and the new `state` and `version`"},
        dispatch.ByHand,
        problems=(404, 409, 422),
    ),
    "GET /dispatch/pool": Route(
        "Orders that nobody has yet, the soonest end first, at most 500; a member sees what it may claim now",
        {200: "`orders`: each with its `offer`, which says to whom it is made and until when"},
    ),
}
