"""What the routes of dispatch do."""

from __future__ import annotations

from deploy.openapi.route import STATE, Route
from services.dispatch import messages as dispatch

TOKENS = {
    200: "`access_token` (a bearer token), good for `expires_in` seconds; `refresh_token`, for POST /dispatch/refresh; "
    "`session_id`, `member_id`, `role`, `post`, and the `area` at which the rights end, if they do"
}

ROUTES = {
    "POST /dispatch/actions": Route(
        "An action of the calling member; a `command_id` that is sent again gets its first answer again",
        {200: "as in dispatch.action_answered.v1: `accepted`, or the `reason` why not, and the state of the order"},
        dispatch.Action,
        problems=(422,),
    ),
    "GET /dispatch/orders": Route(
        "Work orders, the most urgent first, at most 500: a member's own; for leaders also those of their area, for "
        "departments those of their platform's categories, for the desk all",
        {200: "`orders`"},
        query={"state": STATE, "member": "only those that this member handles or checks"},
    ),
    "GET /dispatch/orders/<order_id>": Route(
        "A work order, of those that the list shows",
        {200: "the order with its `journal` and its `assignments`"},
        problems=(404,),
    ),
    "POST /dispatch/sign-in": Route("A member signs in", TOKENS, dispatch.SignIn, problems=(401, 422, 429)),
    "POST /dispatch/sign-in/<provider>": Route(
        "A member signs in by a chat platform, at which it has linked its account",
        TOKENS,
        dispatch.SignInWith,
        problems=(401, 404, 422, 429),
    ),
    "POST /dispatch/refresh": Route(
        "The next tokens of a session; a refresh token is good once, and one that comes again later ends the session",
        TOKENS,
        dispatch.Refresh,
        problems=(401, 422),
    ),
    "POST /dispatch/sign-out": Route(
        "The session ends; its access token is good for the rest of its minutes",
        {200: "how many sessions `ended`"},
        dispatch.Refresh,
        problems=(401, 422),
    ),
    "GET /dispatch/keys": Route("What tokens are verified with", {200: "a JSON Web Key Set (RFC 7517)"}),
    "POST /dispatch/accounts/<provider>": Route(
        "The calling member's account on a chat platform, to sign in by it",
        {200: "`member_id` and `provider`"},
        dispatch.Link,
        problems=(401, 404, 422, 429),
    ),
    "POST /dispatch/second-factor": Route(
        "One-time codes for the calling member: without `code` a secret for an authenticator app, with its first "
        "`code` they are asked for from now on",
        {200: "`secret` and `uri`; or `confirmed`"},
        dispatch.SecondFactor,
        problems=(401, 404, 422, 429),
    ),
    "GET /dispatch/sessions": Route(
        "Open sessions of the calling member, or of another one for the desk, at most 500",
        {200: "`sessions`: session_id, member_id, via, device, started_at, used_at, and whether it is `this` one"},
        query={"member": "whose"},
        problems=(404,),
    ),
    "POST /dispatch/sessions/<session_id>/end": Route(
        "A session ends: an own one, or any for the desk", {200: "how many `ended`"}, problems=(404,)
    ),
}
