"""The doors of what goes out on channels."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request

from services.notify import messages, use_cases, views
from services.notify.domain.deciding import ENDED, OPEN
from services.notify.doors.asked import is_uuid, wrong
from services.notify.errors import DeliveryUnknown, NotUncertain
from shared.http.entrypoint import body_of, caller_of
from shared.http.problems import Conflict, NotFound

MOST = 500
STATES = (*OPEN, *ENDED)
_SETTLE = messages.Settle()


def get_channels(request: Request, open_work: Any) -> dict[str, Any]:
    with open_work() as work:
        return {"channels": views.channels(work)}


def get_deliveries(request: Request, open_work: Any) -> dict[str, Any]:
    state, person, number, before = (request.args.get(name) or None for name in ("state", "person", "number", "before"))
    if state and state not in STATES:
        raise wrong("state", f"there is no state {state[:40]!r}", f"give one of {', '.join(STATES)}")
    if before and not is_uuid(before):
        raise wrong("before", f"{before[:40]!r} is no id", "give the id of the last delivery that was listed")
    with open_work() as work:
        return {"deliveries": views.deliveries(work, state, person, number, before, MOST)}


def get_delivery(request: Request, delivery_id: str, open_work: Any) -> dict[str, Any]:
    with open_work() as work:
        found = views.delivery(work, delivery_id) if is_uuid(delivery_id) else None
    if found is None:
        raise NotFound(str(DeliveryUnknown(delivery_id)))
    return found


def post_settle(request: Request, delivery_id: str, open_work: Any) -> dict[str, Any]:
    body, who = body_of(request, _SETTLE), caller_of(request).name
    try:
        if not is_uuid(delivery_id):
            raise DeliveryUnknown(delivery_id)
        return use_cases.settle_by_hand(delivery_id, body["outcome"], body["reason"], who, open_work)
    except DeliveryUnknown as error:
        raise NotFound(str(error)) from error
    except NotUncertain as error:
        raise Conflict(str(error), [{"field": "state", "given": error.state}]) from error
