"""Service orders are recognised in what is registered, and get the appointment that was wished for, if it is free."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from services.dispatch.domain.appointments import Slot, Timetable, Wish, booked, offered
from services.dispatch.domain.order import Moved
from services.dispatch.domain.serving import is_green, ordered
from services.dispatch.domain.words import both
from services.dispatch.store import Row, Work
from shared.messaging.message import Heard

WISHED = both("按下单时段预约", "booked as it was ordered")


class Ordered(NamedTuple):
    """A case that orders an item: when it can be had, what was wished for, and the slot that it has got."""

    case: Row
    table: Timetable
    wish: Wish | None
    slot: Slot | None


def take_orders(registered: Sequence[tuple[Heard, Row]], work: Work) -> dict[str, Ordered]:
    """Those of these new cases that order an item of the list, by case; the case then says what (`service`). What
    orders something that is not on the list is handled as any other case."""
    wishes = [(message.service, case) for message, case in registered if message.service and not case["service"]]
    items = work.service_items(wish["item"] for wish, _ in wishes) if wishes else {}
    calendar = work.calendar() if items else None
    if calendar is None:
        return {}
    work.lock_booking()
    taken, found = work.seats_taken(items), {}
    for wish, case in wishes:
        if wish["item"] in items:
            item, areas = items[wish["item"]]
            case["service"] = ordered(item, wish, areas)
            table = Timetable(item, calendar, taken[item["code"]], work.now())
            found[case["id"]] = _seated(case, table, _wish(wish) if item["slots"] else None)
    return found


def with_appointment(moved: Moved, given: Ordered) -> Moved:
    """The new order with its appointment; or with what can be had, where what was wished for cannot."""
    if given.slot:
        then = booked(moved.order, given.slot, given.case["source"], WISHED, given.table)
    elif given.wish:
        then = offered(moved.order, given.wish, given.table)
    else:
        return moved
    return Moved(then.order, (*moved.changes, *then.changes))


def keep_ordered(given: Sequence[Ordered], work: Work) -> None:
    """What was ordered, and which seats are taken by it."""
    now = work.now()
    work.add_service_orders([one.case for one in given], now)
    for one in given:
        if one.slot:
            work.add_appointments({one.case["id"]: one.case["service"]}, one.case["source"], now)


def _seated(case: Row, table: Timetable, wish: Wish | None) -> Ordered:
    service = case["service"]
    slot = table.find(wish, is_green(service)) if wish else None
    if slot:
        table.taken[*slot.key, is_green(service)] += 1
        case["service"] = service | {"place": slot.place, "slot": slot.as_texts}
    return Ordered(case, table, wish, slot)


def _wish(service: Row) -> Wish | None:
    """When the order was wished for; None where its source says nothing of it."""
    since, until = (dt.datetime.fromisoformat(service[name]) if service.get(name) else None for name in ("from", "to"))
    return Wish(service.get("place"), since, until) if since else None
