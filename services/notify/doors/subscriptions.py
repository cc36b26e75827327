"""The doors of subscriptions: who wants to hear what."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request

from services.notify import messages, use_cases, views
from services.notify.domain.subscribing import LEADER, SUBSCRIBER, Who
from services.notify.domain.subscriptions import DESK, MEMBER, SYSTEM
from services.notify.doors.asked import is_uuid, wrong
from services.notify.errors import NotYours, SubscriptionEnded, SubscriptionUnknown
from services.notify.use_cases import Mistaken
from shared.http.entrypoint import body_of, caller_of
from shared.http.problems import Conflict, Forbidden, NotFound, Unprocessable

MOST = 500
_SUBSCRIBE, _END = messages.Subscribe(), messages.EndSubscription()


def get_subscriptions(request: Request, open_work: Any) -> dict[str, Any]:
    """The desk sees all, a leader those of the leader's area, everybody their own."""
    who, before = _who(request), request.args.get("before") or None
    if before and not is_uuid(before):
        raise wrong("before", f"{before[:40]!r} is no id", "give the id of the last subscription that was listed")
    kind, receiver = request.args.get("kind") or None, request.args.get("receiver") or None
    in_force = request.args.get("ended") != "true"
    if who.role not in (DESK, LEADER):
        kind, receiver = (SYSTEM if who.role == SUBSCRIBER else MEMBER), who.name
    area = who.area if who.role == LEADER else None
    with open_work() as work:
        return {"subscriptions": views.subscriptions(work, kind, receiver, in_force, before, MOST, area, who.name)}


def post_subscription(request: Request, open_work: Any) -> tuple[int, dict[str, Any]]:
    asked = use_cases.asked_of(body_of(request, _SUBSCRIBE))
    try:
        (row,) = use_cases.subscribe([asked], _who(request), open_work)
    except NotYours as error:
        raise Forbidden(str(error)) from error
    except Mistaken as error:
        raise Unprocessable("the subscription does not fit", [one._asdict() for _, one in error.wrong]) from error
    return 201, {"id": row["id"], "area": row["area"], "within": row["within"]}


def post_end_subscription(request: Request, subscription_id: str, open_work: Any) -> dict[str, Any]:
    reason = body_of(request, _END)["reason"]
    try:
        return use_cases.end_subscription(subscription_id, _who(request), reason, open_work)
    except SubscriptionUnknown as error:
        raise NotFound(str(error)) from error
    except NotYours as error:
        raise Forbidden(str(error)) from error
    except SubscriptionEnded as error:
        raise Conflict(str(error)) from error


def _who(request: Request) -> Who:
    caller = caller_of(request)
    return Who(caller.name, caller.role, caller.area)
