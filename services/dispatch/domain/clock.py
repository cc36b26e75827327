"""The clock of a work order (domain.md section 4): when it runs, when it stands still, how much longer it may run.

What has happened to the clock is kept, never a remainder: pauses with their two ends, extensions with the date that was
due and the date that was granted. Whatever is due is worked out anew from that, so that a changed limit or calendar
forgets neither a pause nor an extension. The same can be read off the order's journal at any time (`replayed`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from services.dispatch.domain.calendar import Calendar
from services.dispatch.domain.limits import Duration, forward, length, passed

# what the journal calls it
SUSPENDED, RESUMED, EXTENDED, BOOKED, UNBOOKED = "suspended", "resumed", "extended", "booked", "unbooked"
KEPT = ("pauses", "extensions", "waits")


class Span(NamedTuple):
    """A pause: from when until when the clock stands still. An extension: the date that was due, the one granted."""

    since: dt.datetime
    until: dt.datetime


@dataclass(frozen=True)
class Clock:
    """Pauses in their order, none beginning before the last has ended; the last one's end may be yet to come. `waits`
    are pauses, too: an appointment is waited for, whatever else happens meanwhile."""

    pauses: tuple[Span, ...] = ()
    extensions: tuple[Span, ...] = ()
    waits: tuple[Span, ...] = ()

    @classmethod
    def of(cls, document: dict[str, Any] | None) -> Clock:
        spans = {name: tuple(map(_span, (document or {}).get(name, ()))) for name in KEPT}
        return cls(**spans)

    def as_dict(self) -> dict[str, Any]:
        return {
            name: [[span.since.isoformat(), span.until.isoformat()] for span in getattr(self, name)]
            for name in KEPT
            if getattr(self, name)
        }

    def paused(self, since: dt.datetime, until: dt.datetime) -> Clock:
        """It stands still from now on, until then."""
        return replace(self, pauses=(*self.pauses, Span(since, until)))

    def resumed(self, at: dt.datetime) -> Clock:
        """It goes on, perhaps earlier than it was to; never later."""
        *before, last = self.pauses
        return replace(self, pauses=(*before, last._replace(until=max(last.since, min(at, last.until)))))

    def extended(self, due_at: dt.datetime, until: dt.datetime) -> Clock:
        """What was due then may take until this date."""
        return replace(self, extensions=(*self.extensions, Span(due_at, until)))

    def waiting(self, at: dt.datetime, until: dt.datetime) -> Clock:
        """From now on an appointment is waited for, instead of one that is yet to come: at most until it begins."""
        *before, last = self.waits or (Span(at, at),)
        if last.until <= at:
            return replace(self, waits=(*self.waits, Span(at, until))) if until > at else self
        return replace(self, waits=(*before, last._replace(until=max(at, until))))

    def put_off(self, calendar: Calendar, moment: dt.datetime, unit: str) -> dt.datetime:
        """The moment, later by the time of that unit that has stood still since: so much is not to be granted again."""
        stood, until = dt.timedelta(), moment
        for pause in sorted((*self.pauses, *self.waits)):
            if pause.until > until:
                stood += passed(calendar, max(pause.since, until), pause.until, unit)
                until = pause.until
        return forward(calendar, moment, unit, stood)

    def after(self, calendar: Calendar, start: dt.datetime, duration: Duration) -> dt.datetime:
        """The moment when the clock has run so long since `start`."""
        return self._run(calendar, start, duration.unit, length(calendar, duration))

    def due(self, calendar: Calendar, start: dt.datetime, limit: Duration, share: float = 1.0) -> dt.datetime:
        """When that share of the limit, with what it was extended by, has passed since `start`."""
        extra = sum((passed(calendar, *span, limit.unit) for span in self.extensions), dt.timedelta())
        return self._run(calendar, start, limit.unit, (length(calendar, limit) + extra) * share)

    def _run(self, calendar: Calendar, start: dt.datetime, unit: str, amount: dt.timedelta) -> dt.datetime:
        for pause in sorted((*self.pauses, *self.waits)):
            if pause.until <= start:
                continue
            if amount > (before := passed(calendar, start, pause.since, unit)):
                start, amount = pause.until, amount - before
        return forward(calendar, start, unit, amount)


RUNNING = Clock()


def replayed(journal: Iterable[dict[str, Any]]) -> Clock:
    """The clock that an order's journal tells of: entries with `what`, `at` and `facts`, in their order."""
    clock = RUNNING
    for entry in journal:
        facts = entry["facts"] or {}
        if entry["what"] == SUSPENDED:
            clock = clock.paused(entry["at"], _moment(facts["until"]))
        elif entry["what"] == RESUMED:
            clock = clock.resumed(_moment(facts["at"]))
        elif entry["what"] == EXTENDED:
            clock = clock.extended(_moment(facts["due_at"]), _moment(facts["until"]))
        elif entry["what"] in (BOOKED, UNBOOKED):
            clock = clock.waiting(entry["at"], _moment(facts["until"]))
    return clock


def _span(pair: Iterable[str]) -> Span:
    return Span(*map(_moment, pair))


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)
