"""What happens to service orders besides their work: appointments, visits, and what residents confirm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.dispatch.domain import appointments
from services.dispatch.domain.appointments import Timetable
from services.dispatch.domain.deciding import Refused, refused
from services.dispatch.domain.order import OVER, Moved, Order
from services.dispatch.domain.serving import is_green
from services.dispatch.errors import MovedOn, NotPossible, OrderUnknown, SlotTaken
from services.dispatch.messages.services import BOOK, CANCEL, MOVE
from services.dispatch.store import OpenWork, Row, Work
from services.dispatch.use_cases.recording import Happened, record
from shared.messaging.message import Heard

ABOUT_THE_SLOT = ("full", "no_slot")  # what is wrong with the slot, rather than with the order


def arrange(order_id: str, body: dict[str, Any], by: str, open_work: OpenWork) -> dict[str, Any]:
    """An appointment is booked, moved or cancelled; the same once more changes nothing. Whoever is busy then hands the
    order to the next free runner. Raises OrderUnknown, MovedOn, NotPossible or SlotTaken."""
    with open_work() as work:
        case, order = _found(order_id, work)
        if body["version"] not in (None, order.version):
            raise MovedOn(order.round, order.version)
        table = _timetable(order, work)
        moved = _decided(order, body, by, table)
        if moved.changes:
            moved = _kept(order, moved, by, table, work)
            record([Happened(case, change) for change in moved.changes], work, table.now)
            work.commit()
    return _shown(moved.order)


def count_visit(order_id: str, body: dict[str, Any], by: str, open_work: OpenWork) -> dict[str, Any]:
    """The resident had to come; sent again, it is counted once. Raises OrderUnknown or NotPossible."""
    with open_work() as work:
        case, order = _found(order_id, work)
        if order.state in OVER:
            raise NotPossible(f"the order is {order.state}: what the resident says of it is known by now")
        visits = work.add_visit(case["id"], body["command_id"], by, body["reason"])
        work.commit()
    return {"order_id": order.id, "number": order.number, "visits": visits}


def confirm_orders(heard: Sequence[Heard], open_work: OpenWork) -> None:
    """What residents say about what was done for them, and how often they had to come."""
    with open_work() as work:
        rows = [{"case_id": m.case_id, "solved": m.solved, "visits": m.visits} for m in work.first_time(heard)]
        work.confirm_service_orders(rows)
        work.commit()


def _found(order_id: str, work: Work) -> tuple[Row, Order]:
    cases = work.lock_cases(work.find_cases([order_id], [])[0].values())
    order = next(iter(work.current_orders(cases).values()), None)
    if order is None or order.service is None:
        raise OrderUnknown(order_id)
    if order.id != order_id:
        raise MovedOn(order.round, order.version)
    return cases[order.case_id], order


def _timetable(order: Order, work: Work) -> Timetable:
    """When the item can be had; from now on nobody else books until this is committed."""
    work.lock_booking()
    code = (order.service or {})["item"]
    item, calendar = work.service_item(code), work.calendar()
    if item is None or calendar is None:
        raise NotPossible("no service list or no calendar is loaded: tell the operator")
    return Timetable(item, calendar, work.seats_taken([code])[code], work.now())


def _decided(order: Order, body: dict[str, Any], by: str, table: Timetable) -> Moved:
    if body["do"] == CANCEL:
        decided = appointments.cancel(order, by, body["reason"], table.calendar, table.now)
    else:
        decided = _not_that(order, body["do"]) or appointments.book(
            order, body["place"], body["starts_at"], by, body["reason"], table
        )
    if not isinstance(decided, Refused):
        return decided
    if decided.code in ABOUT_THE_SLOT:
        green = is_green(order.service)
        slots = table.free(green, body["place"]) or table.free(green)
        raise SlotTaken(decided.reason, [(slot.place, slot.time.start.isoformat()) for slot in slots])
    raise NotPossible(decided.reason)


def _not_that(order: Order, what: str) -> Refused | None:
    """A first appointment is booked, any other is moved, so that nobody gives up a seat without knowing."""
    slot = (order.service or {})["slot"]
    if what == MOVE and not slot:
        return refused("nothing_booked", "尚未预约,请先预约", "it has no appointment yet: book one")
    if what == BOOK and slot:
        return refused("booked_already", f"已预约 {slot[0]},如需更改请改期", f"it is booked for {slot[0]}: move it")
    return None


def _kept(before: Order, moved: Moved, by: str, table: Timetable, work: Work) -> Moved:
    """The appointment as it is now; and the order with whoever is free then."""
    order, new = moved.order, moved.order.service or {}
    if (before.service or {})["slot"]:
        work.end_appointments([order.case_id], "moved" if new["slot"] else "cancelled", by, table.now)
    if new["slot"]:
        # before the new one is there: what keeps the handler busy are other appointments
        roster = work.roster([order.grid_id], [order.member_id], work.policies(), [new])
        moved = appointments.with_free_runner(moved, roster, table)
        work.add_appointments({order.case_id: new}, by, table.now)
    work.put_service({order.case_id: new})
    return moved


def _shown(order: Order) -> dict[str, Any]:
    service = order.service or {}
    times = dict(zip(("starts_at", "ends_at"), service["slot"], strict=True)) if service["slot"] else None
    return {
        "order_id": order.id,
        "number": order.number,
        "state": order.state,
        "version": order.version,
        "member_id": order.member_id,
        "due_at": order.due_at.isoformat() if order.due_at else None,
        "appointment": {"place": service["place"]} | times if times else None,
    }
