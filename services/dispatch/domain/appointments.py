"""Appointments (预约): when an item of the service list can be had at a place, how many seats are left, and what
booking, moving and cancelling does to an order. A slot never has more bookings than seats; some seats may be kept for
green channels (绿色通道). While an order waits for its appointment, its clock stands still.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from services.dispatch.domain.assignment import Roster
from services.dispatch.domain.calendar import DAY, Calendar
from services.dispatch.domain.clock import Clock
from services.dispatch.domain.deciding import Refused, refused
from services.dispatch.domain.escalation import redated
from services.dispatch.domain.order import AT_WORK, DISPATCHED, HANDLER, IN_PROGRESS, Change, Moved, Order, hand_over
from services.dispatch.domain.serving import Errand, is_green, slot_of
from services.dispatch.domain.stretches import Stretch
from services.dispatch.domain.words import both, state_zh

ALL, WORKING, RESTING = "all", "working", "resting"  # days on which an item can be had
DAYS = (ALL, WORKING, RESTING)
OFFERED = 5  # slots that are offered instead of one that is full


@dataclass(frozen=True)
class Opening:
    """When an item can be had at a place: on these days from when to when, in slots of so many minutes, each with so
    many seats, of which some are kept for green channels."""

    place: str
    days: str | tuple[int, ...]
    start: dt.time
    end: dt.time
    minutes: int
    capacity: int
    green: int = 0

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Opening:
        days, start, end = document["days"], *map(dt.time.fromisoformat, (document["from"], document["to"]))
        named = tuple(days) if isinstance(days, list) else days
        whole = (end.hour - start.hour) * 60 + end.minute - start.minute
        minutes, green = document.get("minutes") or whole, document.get("green") or 0
        return cls(document["place"], named, start, end, minutes, document["capacity"], green)

    def on(self, day: dt.date, calendar: Calendar) -> bool:
        if isinstance(self.days, tuple):
            return day.isoweekday() in self.days and day not in calendar.holidays
        return self.days == ALL or (self.days == WORKING) == calendar.works_on(day)

    def slots(self, day: dt.date, calendar: Calendar) -> Iterator[Slot]:
        """The slots of a day; what is left of the time after the last whole one is none."""
        at, end = (dt.datetime.combine(day, clock, calendar.zone) for clock in (self.start, self.end))
        length = dt.timedelta(minutes=self.minutes)
        while self.on(day, calendar) and at + length <= end:
            yield Slot(self.place, Stretch(at, at + length), self.capacity, self.green)
            at += length


class Slot(NamedTuple):
    """A stretch of time at a place, with its seats; `green` of them are kept for green channels."""

    place: str
    time: Stretch
    capacity: int
    green: int = 0

    @property
    def key(self) -> tuple[str, dt.datetime]:
        return self.place, self.time.start

    @property
    def as_texts(self) -> list[str]:
        return [moment.isoformat() for moment in self.time]


class Taken(Counter[tuple[str, dt.datetime, bool]]):
    """Seats that are booked, by place, start and whether by a green channel."""

    def left(self, slot: Slot, green: bool) -> int:
        """Seats that somebody can still have: those kept for green channels are for them alone."""
        ordinary, kept = (self[*slot.key, is_for_green] for is_for_green in (False, True))
        return max(slot.capacity - ordinary - (kept if green else max(kept, slot.green)), 0)


class Wish(NamedTuple):
    """When somebody would like to come, and where; without an end, in the slot in which it lies."""

    place: str | None
    since: dt.datetime
    until: dt.datetime | None = None

    def met_by(self, slot: Slot) -> bool:
        here = self.place in (None, slot.place)
        if self.until is None:
            return here and slot.time.holds(self.since)
        return here and slot.time.meets(Stretch(self.since, self.until))


class Timetable:
    """When an item can be had from now on, as far ahead as it is booked, and the seats that are left."""

    def __init__(self, item: Mapping[str, Any], calendar: Calendar, taken: Taken, now: dt.datetime):
        self.item, self.calendar, self.taken, self.now = item, calendar, taken, now
        self._openings = [Opening.of(one) for one in item["slots"]]

    @property
    def until(self) -> dt.datetime:
        return self.now + self.item["ahead"] * DAY

    def slots(self, since: dt.datetime, until: dt.datetime) -> list[Slot]:
        """The slots that begin in that time and not before now, in their order."""
        since, until = max(since, self.now), min(until, self.until)
        day, last = since.astimezone(self.calendar.zone).date(), until.astimezone(self.calendar.zone).date()
        found: list[Slot] = []
        while day <= last:
            found += (slot for opening in self._openings for slot in opening.slots(day, self.calendar))
            day += DAY
        return sorted(slot for slot in found if since <= slot.time.start < until)

    def free(self, green: bool, place: str | None = None) -> list[Slot]:
        """The next slots with a seat, at this place or anywhere."""
        able = (slot for slot in self.slots(self.now, self.until) if place in (None, slot.place))
        ahead = sorted(able, key=lambda slot: slot.time.start)
        return [slot for slot in ahead if self.taken.left(slot, green) > 0][:OFFERED]

    def find(self, wish: Wish, green: bool) -> Slot | None:
        """The first slot with a seat that meets the wish."""
        fitting = (slot for slot in self.slots(self.now, self.until) if wish.met_by(slot))
        free = [slot for slot in fitting if self.taken.left(slot, green) > 0]
        return min(free, key=lambda slot: slot.time.start, default=None)

    def shown(self, slot: Slot) -> dict[str, Any]:
        """When and where, as it is said: with the names of the place."""
        names: dict[str, Any] = next((place for place in self.item["places"] if place["code"] == slot.place), {})
        told = {f"place_{language}": names.get(f"name_{language}", slot.place) for language in ("zh", "en")}
        return told | {"place": slot.place, "starts_at": slot.as_texts[0], "ends_at": slot.as_texts[1]}

    def exact(self, place: str | None, start: dt.datetime) -> Slot | None:
        """The slot that begins at that moment, at this place or the only one."""
        if not self.now <= start < self.until:
            return None
        that_day = (slot for slot in self.slots(start, start + DAY) if place in (None, slot.place))
        return next((slot for slot in that_day if slot.time.start == start), None)


def book(order: Order, place: str | None, start: dt.datetime, who: str, why: str, table: Timetable) -> Moved | Refused:
    """The order with an appointment, instead of the one that it may have; the same once more changes nothing."""
    if wrong := _too_late(order):
        return wrong
    service = order.service or {}
    slot = table.exact(place, start)
    if slot is None:
        return refused(
            "no_slot", "该事项此时此地不可预约", "the item cannot be had then and there: see the slots of the service"
        )
    if service["place"] == slot.place and slot_of(service) == slot.time:
        return Moved(order, ())
    if table.taken.left(slot, is_green(service)) < 1:
        return refused("full", "该时段已约满,请选择其他时段", "the slot is full: choose one of those that are free")
    return booked(order, slot, who, why, table, service["slot"][0] if service["slot"] else None)


def booked(order: Order, slot: Slot, who: str, why: str, table: Timetable, was: str | None = None) -> Moved:
    """The order with this appointment, instead of the one that began at `was`; its clock stands still until then."""
    service: dict[str, Any] = order.service or {}
    times = slot.as_texts
    said = {"item": service["item"], "was": was} | table.shown(slot)
    new = _waiting(order, slot.time.start, table.calendar, table.now, place=slot.place, slot=times)
    said |= {"member_id": order.member_id, "by": who, "why": why}
    change = Change("booked", new, order.state, who, why, said=said, facts={"until": times[0]})
    return Moved(new, (change,))


def cancel(order: Order, who: str, why: str, calendar: Calendar, now: dt.datetime) -> Moved | Refused:
    """The order without its appointment; nothing changes for one that has none."""
    if wrong := _too_late(order):
        return wrong
    slot = slot_of(order.service or {})
    if slot is None:
        return Moved(order, ())
    new = _waiting(order, now, calendar, now, slot=None)
    said = {"member_id": order.member_id, "item": (order.service or {})["item"], "starts_at": slot.start.isoformat()}
    facts = {"until": now.isoformat()}
    change = Change("unbooked", new, order.state, who, why, said=said | {"by": who, "why": why}, facts=facts)
    return Moved(new, (change,))


def offered(order: Order, wish: Wish, table: Timetable) -> Moved:
    """What was wished for cannot be had: the next free slots are said instead, and nothing is booked."""
    service: dict[str, Any] = order.service or {}
    free = table.free(is_green(service), wish.place) or table.free(is_green(service))
    why = both("所选时段不可预约或已约满", "the slot that was wished for is full, or is none")
    slots = [table.shown(slot) for slot in free]
    said = {"item": service["item"], "wished_at": wish.since.isoformat(), "slots": slots, "why": why}
    new = replace(order, version=order.version + 1)
    return Moved(new, (Change("offered", new, order.state, "rule", why, said=said | {"member_id": order.member_id}),))


def with_free_runner(moved: Moved, roster: Roster, table: Timetable) -> Moved:
    """Whoever has another appointment then cannot run it: it goes to the next runner who is free."""
    order = moved.order
    errand, matter = Errand.of(order.service), order.matter
    if order.state not in (DISPATCHED, IN_PROGRESS) or not errand or not roster.is_busy(order.member_id, errand):
        return moved
    choice = roster.handler(matter, but=(*order.returned_by, order.member_id))
    if choice is None:
        return moved
    handed = hand_over(order, choice, table.now, table.calendar)
    (change,) = handed.changes
    change = replace(change, said=change.said | {"from_member_id": order.member_id}, ends=((HANDLER, "reassigned"),))
    return Moved(handed.order, (*moved.changes, change))


def _waiting(order: Order, until: dt.datetime, calendar: Calendar, now: dt.datetime, **service: Any) -> Order:
    """The order with what is due worked out anew: its clock waits until then. `service` is what changes of that."""
    clock: Clock = order.clock.waiting(now, until)
    terms = redated(order.terms, order.started_at, clock, calendar)
    return replace(
        order,
        version=order.version + 1,
        clock=clock,
        terms=terms,
        due_at=terms.due_at,
        service=(order.service or {}) | service,
    )


def _too_late(order: Order) -> Refused | None:
    if order.state in AT_WORK:
        return None
    return refused("wrong_state", f"工单{state_zh(order.state)},不能再预约", f"it is {order.state}: too late for that")
