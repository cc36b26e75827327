"""What the routes of notify do."""

from __future__ import annotations

from deploy.openapi.route import STATE, Route
from services.notify import messages as notify

ROUTES = {
    "GET /notify/notices": Route(
        "What the calling member has been told, in order, at most 500",
        {200: "`notices`, and the number of the newest there is (`last`)"},
        query={"after": "number of the last notice read (it then counts as read); without it, from the first one on"},
        problems=(422,),
    ),
    "GET /notify/sent": Route(
        "What went out about a case or to a person, and what became of it, the newest first, at most 200: to the desk; "
        "to leaders what concerns their area, to members what they were told themselves",
        {
            200: "`sent`: each with `what` (notice, notification, delivery, feedback), `outcome` and `reason`, its "
            "`deliveries` by way, and the `unread_steps` that were taken; no address"
        },
        query={
            "number": "about this case",
            "person": "to this member, or source of the case; `reporter`: whoever reported",
            "before": "only those before this one, for the next page",
        },
        problems=(404, 422),
    ),
    "GET /notify/n/<link>": Route(
        "The page of a notice, for whoever has its link; every error is a page, too",
        {200: "the page", 404: "a page: the link is not known", 410: "a page: the link is over"},
        query={"lang": "zh or en; without it, what the browser prefers"},
        contents=("text/html",),
    ),
    "GET /notify/channels": Route(
        "Every account of a channel: what waits there, since when, and why nothing goes",
        {200: "`channels`, without secrets"},
    ),
    "GET /notify/deliveries": Route(
        "What goes out on channels, the newest first, at most 500",
        {200: "`deliveries`, with state and reason, without the address that each reaches"},
        query={
            "state": f"{STATE}: created, sending, accepted, delivered, failed, uncertain, expired, superseded",
            "person": "only to this one",
            "number": "only about this case",
            "before": "only those before this delivery, for the next page",
        },
        problems=(422,),
    ),
    "GET /notify/deliveries/<delivery_id>": Route(
        "One delivery",
        {200: "the delivery, its attempts (`history`), and the channels that said the same (`steps`)"},
        problems=(404,),
    ),
    "GET /notify/notifications": Route(
        "What was to be heard on channels, the newest first, at most 500, and what became of each",
        {200: "`notifications`, with state, reason and route, and on each way that was tried its `deliveries`"},
        query={
            "state": f"{STATE}: new, held, silenced, sent, muted, repeated, no_route, no_way, expired",
            "receiver": "only for this member",
            "number": "only about this case",
            "before": "only those before this notification, for the next page",
        },
        problems=(422,),
    ),
    "GET /notify/silences": Route(
        "What is not to be heard for a while; a leader sees what is silenced in their area",
        {200: "`silences`, in force or to come, the newest first, at most 500, and how much each `keeps` back"},
        query={"ended": "true: those that are over, too"},
        problems=(422,),
    ),
    "POST /notify/silences": Route(
        "Silence something on channels, for a bounded time; members' own queues stay as they are",
        {201: "the silence; one of a leader is about their area"},
        notify.Silence,
        problems=(422,),
    ),
    "POST /notify/silences/<silence_id>/end": Route(
        "End a silence before its time; what it has kept back goes out, as far as it is still of use",
        {200: "`ended_by`, and how many notifications are `released`"},
        notify.EndSilence,
        problems=(404, 409, 422),
    ),
    "POST /notify/deliveries/<delivery_id>/settle": Route(
        "Somebody knows what became of what is uncertain: delivered, failed (the next channel says it), or again",
        {200: "its `state`, and whether the `next_channel` has it"},
        notify.Settle,
        problems=(404, 409, 422),
    ),
}
