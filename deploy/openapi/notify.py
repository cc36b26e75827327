"""What the routes of notify do."""

from __future__ import annotations

from deploy.openapi.route import STATE, Route
from services.notify import messages as notify

WAIT = "seconds, at most 30, to wait for something when there is nothing"
AFTER = "without it, from now on"
HEARD = {"Last-Event-ID": "the last `id` that was heard; counts before `after`"}
CUT = "an event `cut` says which numbers (`from`, `to`) cannot be given any more; heartbeats carry the `id`, too"

ROUTES = {
    "GET /notify/notices": Route(
        "What the calling member has been told, in order, at most 500",
        {200: "`notices`, and the number of the newest there is (`last`)"},
        query={
            "after": "number of the last notice read (it then counts as read); without it, from the first one on",
            "wait": WAIT,
        },
        problems=(422, 429),
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
    "GET /notify/notices/stream": Route(
        "What the calling member is told, as it comes",
        {200: f"server-sent events: notices as CloudEvents, `id` is the number of the notice; {CUT}"},
        query={"after": AFTER},
        headers=HEARD,
        problems=(422, 429),
        stream=True,
    ),
    "GET /notify/feed": Route(
        "What has happened to cases, as far as the caller has subscribed to it, in order",
        {
            200: "`events` (CloudEvents), `next` (what to give as `after` the next time), `cut` (`from`, `to`: what "
            "is kept no longer), or null"
        },
        query={"after": f"the last `next`; {AFTER}", "wait": WAIT, "limit": "of events, at most 500; without it, 100"},
        problems=(422, 429),
    ),
    "GET /notify/feed/stream": Route(
        "What happens to cases, as far as the caller has subscribed to it, as it comes",
        {200: f"server-sent events: CloudEvents, `id` is the position; {CUT}"},
        query={"after": AFTER},
        headers=HEARD,
        problems=(422, 429),
        stream=True,
    ),
    "GET /notify/subscriptions": Route(
        "Who has subscribed to what, the newest first, at most 500: the desk sees all, a leader those of the area, "
        "everybody their own",
        {200: "`subscriptions`"},
        query={
            "kind": "only of receivers of this kind: member, role, system",
            "receiver": "only of this member, role or system",
            "ended": "`true`: those too that are in force no longer",
            "before": "only those before this one, for the next page",
        },
        problems=(422,),
    ),
    "POST /notify/subscriptions": Route(
        "Somebody wants to hear what happens: a member themselves, a leader those of the area, the desk anybody",
        {201: "its `id`, and the `area` and `within` to which it reaches"},
        notify.Subscribe,
        problems=(422,),
    ),
    "POST /notify/subscriptions/<subscription_id>/end": Route(
        "A subscription is not wanted any more",
        {200: "its `id`"},
        notify.EndSubscription,
        problems=(404, 409, 422),
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
