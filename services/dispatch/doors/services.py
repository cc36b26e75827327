"""The service list, appointments, visits and figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from werkzeug.wrappers import Request

from services.dispatch import messages, use_cases, views
from services.dispatch.domain.access import ARRANGE, COUNT_VISITS, SEE_ORDERS, SOURCE, Scope, may, scope
from services.dispatch.doors.duty import moment_of
from services.dispatch.doors.orders import person_of
from services.dispatch.doors.scores import months_of
from services.dispatch.errors import NothingLoaded, NotPossible, OrderUnknown, ServiceUnknown, SlotTaken
from shared.http.entrypoint import body_of, caller_of
from shared.http.problems import Conflict, NotFound

_APPOINTMENT, _VISIT = messages.Appointment(), messages.Visit()
MOST = 500


def get_services(open_work: Any) -> dict[str, Any]:
    with open_work() as work:
        return {"services": views.services(work)}


def get_service(code: str, open_work: Any) -> dict[str, Any]:
    """What must be brought, where and when: what a portal shows before anybody orders."""
    with open_work() as work:
        return _item(work, code)


def get_slots(request: Request, code: str, open_work: Any) -> dict[str, Any]:
    since, until = moment_of(request, "from", None), moment_of(request, "to", None)
    try:
        with open_work() as work:
            item = _item(work, code)
            return {"slots": views.slots(work, item, since, until, request.args.get("place") or None)}
    except NothingLoaded as error:
        raise Conflict(str(error)) from error


def get_service_orders(request: Request, open_work: Any) -> dict[str, Any]:
    """For a source what it has ordered; for all others as far as they see work orders."""
    person, source = person_of(request), None
    if person.role == SOURCE:
        reach, source = Scope(""), person.name
    else:
        reach = scope(person, SEE_ORDERS)
    state, item = request.args.get("state") or None, request.args.get("item") or None
    with open_work() as work:
        return {"orders": views.service_orders(work, state, item, reach, source, MOST)}


def arrange(request: Request, order: str, open_work: Any) -> dict[str, Any]:
    order_id, body = _allowed(request, order, ARRANGE, open_work), body_of(request, _APPOINTMENT)
    return _done(lambda: use_cases.arrange(order_id, body, caller_of(request).name, open_work))


def count_visit(request: Request, order: str, open_work: Any) -> dict[str, Any]:
    order_id, body = _allowed(request, order, COUNT_VISITS, open_work), body_of(request, _VISIT)
    return _done(lambda: use_cases.count_visit(order_id, body, caller_of(request).name, open_work))


def get_service_figures(request: Request, open_work: Any) -> dict[str, Any]:
    with open_work() as work:
        since, until = months_of(request, work)
        return views.service_figures(work, since, until)


def _item(work: Any, code: str) -> dict[str, Any]:
    item = views.service(work, code)
    if item is None:
        raise NotFound(str(ServiceUnknown(code)))
    return item


def _allowed(request: Request, order: str, action: str, open_work: Any) -> str:
    """The id of the work order, for who may do this to it; a source to what it has ordered itself."""
    person = person_of(request)
    with open_work() as work:
        found = views.matter_of_service_order(work, order)
    if found:
        order_id, source, matter = found
        if source == person.name if person.role == SOURCE else may(person, action, matter):
            return order_id
    raise NotFound(f"there is no service order {order[:60]!r} that you may do this to")


def _done(do: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return do()
    except OrderUnknown as error:
        raise NotFound(str(error)) from error
    except SlotTaken as error:
        free = [f"{dt.datetime.fromisoformat(start).isoformat()} ({place})" for place, start in error.free]
        repair = f"free are {', '.join(free)}" if free else "nothing is free: ask the town's desk"
        reason = {"field": "starts_at", "problem": str(error), "repair": repair}
        raise Conflict(str(error), [reason]) from error
    except NotPossible as error:
        raise Conflict(str(error)) from error
