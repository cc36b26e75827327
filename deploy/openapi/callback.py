"""What the routes of callback do."""

from __future__ import annotations

from deploy.openapi.route import STATE, Route
from services.callback import messages as callback

ROUTES = {
    "GET /callback/follow-ups": Route(
        "Follow-ups, at most 500",
        {200: "`follow_ups`, without anything personal"},
        query={"state": f"{STATE}; `due` is the call list: the urgent ones first, then the oldest"},
    ),
    "POST /callback/follow-ups/<follow_up_id>/attempts": Route(
        "A call that has brought no answer",
        {200: "`attempts` so far, `attempts_left`, and when the window closes (`closes_at`)"},
        callback.Attempt,
        problems=(404, 409, 422),
    ),
    "POST /callback/follow-ups/<follow_up_id>/answer": Route(
        "What the reporter has said; the same answer again is taken once",
        {
            200: "`number`, `round`, `state` of the follow-up, when it is or was judged (`judged_at`), and whether "
            "the case is handled again (`rework`)"
        },
        callback.Answer,
        problems=(404, 409, 422),
    ),
    "POST /callback/follow-ups/<follow_up_id>/demand": Route(
        "Whether the demand of somebody dissatisfied is reasonable: unreasonable only if two of the desk say so",
        {200: "`number`, `round`, `state` of the follow-up, `demand` (proposed, reasonable, unreasonable), `rework`"},
        callback.Look,
        problems=(404, 409, 422),
    ),
    "POST /callback/objections": Route(
        "A reporter does not agree with how a case has ended: within the town's time it goes out again",
        {200: "`number` of the case, and its new `round`"},
        callback.Objection,
        problems=(404, 409, 422),
    ),
}
