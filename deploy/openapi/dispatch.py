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
    "POST /dispatch/actions/batch": Route(
        "What the calling member did while offline: at most 200 `actions`, done in the order of their own times (`at`)",
        {200: "`answers`, one for each action in the order given; what could not be done says why"},
        dispatch.Batch,
        problems=(422,),
    ),
    "GET /dispatch/requests": Route(
        "What handlers asked for (suspend, extend), the oldest first; a member sees what it asked or is to decide",
        {200: "`requests`"},
        query={"state": "open, approved, denied or lapsed", "member": "only those that this member asked or decides"},
    ),
    "GET /dispatch/assists": Route(
        "What units assist with, the most urgent first; a member sees its own only",
        {200: "`assists`"},
        query={"state": "asked, done or released", "member": "only those of this member"},
    ),
    "GET /dispatch/orders": Route(
        "Work orders, the most urgent first, at most 500; a member sees its own only",
        {200: "`orders`"},
        query={"state": STATE, "member": "only those that this member handles or checks"},
    ),
    "GET /dispatch/orders/<order_id>": Route(
        "A work order; a member sees those it handles, checks, decides about or assists with",
        {200: "the order with its `journal`, `assignments`, `requests` and `assists`"},
        problems=(404,),
    ),
}
