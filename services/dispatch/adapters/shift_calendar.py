"""Shifts as iCalendar (RFC 5545): written for members' own calendars, read from those of others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from icalendar import Calendar, Event

from services.dispatch.domain.leave import Reason
from services.dispatch.domain.shift_import import Given
from shared.tables import TableError

BEGINS = b"BEGIN:VCALENDAR"


def read_calendar(raw: bytes) -> list[Given]:
    """Each event is a shift; its summary is the id or the name of the member. Raises TableError."""
    try:
        events = [part for part in Calendar.from_ical(raw).walk("VEVENT") if isinstance(part, Event)]
    except ValueError as error:
        raise TableError(f"the calendar cannot be read ({str(error)[:200]}): export it anew") from error
    return [_given(number, event) for number, event in enumerate(events, 1)]


def write_calendar(shifts: Iterable[Mapping[str, Any]], names: Mapping[str, str], town: str, now: dt.datetime) -> bytes:
    """Shifts as events; `names` are what members are called. The same shift has the same UID whenever it is written."""
    calendar = Calendar()
    calendar.add("prodid", "-//Wangge//duty//ZH")
    calendar.add("version", "2.0")
    for shift in shifts:
        event = Event()
        event.add("uid", f"{shift['roster_id']}.{shift['member_id']}.{shift['starts_at']:%s}@{town}")
        event.add("dtstamp", now.astimezone(dt.UTC))
        event.add("dtstart", shift["starts_at"].astimezone(dt.UTC))
        event.add("dtend", shift["ends_at"].astimezone(dt.UTC))
        event.add("summary", names.get(shift["member_id"], shift["member_id"]))
        event.add("description", shift["roster"])
        calendar.add_component(event)
    return calendar.to_ical()


def _given(number: int, event: Event) -> Given:
    who = str(event.get("summary", "")).strip()
    if event.get("rrule") or event.get("rdate"):
        repair = "set a rotation as a roster (groups, turn, hours), and import single events for what differs"
        return Given(number, who, None, None, (Reason("rrule", "the event repeats", repair),))
    try:
        return Given(number, who, _moment(event.start), _moment(event.end))
    except (ValueError, TypeError, OverflowError) as error:
        reason = Reason("dtstart", f"it has no times that can be read ({str(error)[:100]})", "give DTSTART and DTEND")
        return Given(number, who, None, None, (reason,))


def _moment(value: dt.date) -> dt.datetime:
    """A whole day begins at midnight."""
    return value if isinstance(value, dt.datetime) else dt.datetime.combine(value, dt.time())
