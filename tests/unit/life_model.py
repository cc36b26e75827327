"""What domain.md, sections 3 and 4, says of a work order, as a small model of its own: a table of legal transitions,
and deadlines by counting minutes. Nothing here is taken from dispatch; `test_dispatch_life.py` holds the two together.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

AT_WORK = ("dispatched", "in_progress", "suspended")
OPEN = ("pooled", *AT_WORK, "resolved", "verified")
STAYS = None  # the state is what it was

# What may happen in which state, and which state comes of it.
LEGAL: dict[str, dict[str, str | None]] = {
    "assigned": dict.fromkeys(("pooled", "dispatched", "in_progress"), "dispatched"),
    "acknowledged": {"dispatched": "in_progress"},
    "progressed": {"in_progress": STAYS},
    "returned": {"dispatched": STAYS, "in_progress": STAYS},  # `assigned` follows
    "transferred": {"dispatched": STAYS, "in_progress": STAYS},  # `assigned` follows
    "escalated": {"dispatched": STAYS, "in_progress": STAYS},
    "request_raised": {"in_progress": STAYS},
    "request_denied": {"in_progress": STAYS},
    "suspended": {"in_progress": "suspended"},
    "resumed": {"suspended": "in_progress"},
    "extended": {"in_progress": STAYS},
    "awaited": dict.fromkeys(AT_WORK, STAYS),
    "assist_asked": {"in_progress": STAYS},
    "assist_done": dict.fromkeys(AT_WORK, STAYS),
    "assist_released": dict.fromkeys(AT_WORK, STAYS),
    "resolved": {"in_progress": "resolved"},
    "sent_back": {"resolved": "in_progress"},
    "verified": {"resolved": "verified"},
    "closed": {"verified": "closed"},
    "withdrawn": dict.fromkeys(OPEN, "withdrawn"),
    "cancelled": dict.fromkeys((*AT_WORK, "resolved"), "withdrawn"),
    "corrected": dict.fromkeys(("pooled", *AT_WORK, "resolved"), STAYS),
    "redated": dict.fromkeys(("pooled", *AT_WORK, "resolved"), STAYS),
    "rerouted": {"dispatched": STAYS, "in_progress": STAYS, "resolved": STAYS},
}
# What an action of a member is, when it is done: what happens, one after the other.
MEANS = {
    "claim": ["assigned", "acknowledged"],
    "acknowledge": ["acknowledged"],
    "progress": ["progressed"],
    "return": ["returned", "assigned"],
    "transfer": ["transferred", "assigned"],
    "suspend": ["request_raised"],
    "extend": ["request_raised"],
    "deny": ["request_denied"],
    "resume": ["resumed"],
    "assist": ["assist_asked"],
    "assist_done": ["assist_done"],
    "release": ["assist_released"],
    "resolve": ["resolved"],
}


class Town:
    """Time in minutes since `zero`, and how many of them were working time, counted one by one."""

    def __init__(self, calendar: dict[str, Any], zero: dt.datetime, days: int = 420, closed: Sequence[dt.date] = ()):
        self.zero, self._passed = zero, [0]
        hours = [(_minutes(span["from"]), _minutes(span["to"])) for span in calendar["working_hours"]]
        free = {*calendar["holidays"], *closed}
        for day in (zero.date() + dt.timedelta(days=n) for n in range(days)):
            weekday = day.isoweekday() in calendar["working_weekdays"] and day not in free
            works = weekday or (day in calendar["working_days"] and day not in closed)
            for minute in range(1440):
                worked = works and any(since <= minute < until for since, until in hours)
                self._passed.append(self._passed[-1] + worked)

    def minute(self, moment: dt.datetime) -> float:
        return (moment - self.zero) / dt.timedelta(minutes=1)

    def passed(self, moment: float, unit: str) -> float:
        """How much has passed since `zero` on the clock of that unit."""
        if not unit.startswith("working"):
            return moment
        whole = int(moment)
        return self._passed[whole] + (moment - whole) * (self._passed[whole + 1] - self._passed[whole])

    def between(self, since: float, until: float, unit: str) -> float:
        return self.passed(until, unit) - self.passed(since, unit) if until > since else 0.0

    def run(self, since: float, amount: float, unit: str, pauses: Sequence[Sequence[float]] = ()) -> float:
        """The first moment at which a clock that stands still in `pauses` has run so long since `since`."""

        def ran(moment: float) -> float:
            stood = sum(self.between(max(a, since), min(b, moment), unit) for a, b in pauses)
            return self.between(since, moment, unit) - stood

        if amount <= 0:
            return since
        last = len(self._passed) - 2
        minute = bisect_left(range(last), amount - 1e-6, lo=int(since), key=ran)
        assert minute < last, "the table of minutes is too short"
        return minute - (ran(minute) - amount)

    @staticmethod
    def woken(moment: float) -> float:
        """`moment`, or the next seven o'clock when it is night (22 to 7)."""
        clock = moment % 1440
        if 7 * 60 <= clock < 22 * 60:
            return moment
        return moment - clock + (1440 if clock >= 22 * 60 else 0) + 7 * 60


def _minutes(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])


class Limit(NamedTuple):
    minutes: float  # on the clock of the unit
    unit: str


class Rung(NamedTuple):
    """A step of the ladder: which limit it watches, after which share of it, and so much later."""

    watches: str  # acknowledge or resolve
    share: float
    later: Limit | None = None
    hands_over: bool = False
    colour: str = "blue"


@dataclass
class Life:
    """One work order of a case, by the model. Moments are minutes of the town."""

    town: Town
    rungs: dict[int, Rung]
    started: float
    acknowledge: Limit | None
    resolve: Limit | None
    wakes: bool  # whether reminders may come at night
    grid: str | None = None
    state: str = "pooled"
    version: int = 1
    handler: str = ""
    unit: str = ""
    checker: str | None = None
    held: dict[str, str] = field(default_factory=dict)  # role → who has an assignment that has not ended
    returned: list[str] = field(default_factory=list)  # units
    transfers: int = 0
    asked: tuple[str, str, str, float] | None = None  # suspend or extend, who asked, who is to approve, until
    helping: dict[str, str] = field(default_factory=dict)  # unit → member
    answering: dict[str, str] = field(default_factory=dict)  # unit that is late with its help → who answers for it
    reminded: set[tuple[int, int]] = field(default_factory=set)  # of what, with which of its reminders
    pauses: list[list[float]] = field(default_factory=list)
    extensions: list[tuple[float, float]] = field(default_factory=list)
    came: set[int] = field(default_factory=set)
    ack_at: dict[int, float] = field(default_factory=dict)
    ack_due: float | None = None

    @property
    def due(self) -> float | None:
        return self._share(1.0) if self.resolve else None

    def at(self, step: int) -> float | None:
        """When the step comes, if nothing happens; None for never."""
        rung = self.rungs[step]
        if rung.watches == "acknowledge":
            return self.ack_at.get(step)
        if self.resolve is None:
            return None
        at = self._share(rung.share)
        return self._awake(self.town.run(at, *rung.later, self.pauses) if rung.later else at)

    def pending(self) -> dict[int, float]:
        """The steps that are still to come in this state, with their moments."""
        watched = {"dispatched": ("acknowledge", "resolve"), "in_progress": ("resolve",)}.get(self.state, ())
        waiting = {step: self.at(step) for step, rung in self.rungs.items() if rung.watches in watched}
        return {step: at for step, at in waiting.items() if at is not None and step not in self.came}

    def handed_over(self, now: float, by_step: int | None) -> None:
        """Somebody else has it: the acknowledgement is watched anew, or, after a step that does so, from there on."""
        rung = self.rungs[by_step] if by_step else None
        done = rung.share if rung and rung.watches == "acknowledge" else 0.0
        watching = {step for step, one in self.rungs.items() if one.watches == "acknowledge"}
        if not done:
            self.came -= watching
        self.ack_due = self.town.run(now, *self.acknowledge) if self.acknowledge else None
        for step in watching - self.came:
            self.ack_at.pop(step, None)
            if self.acknowledge:
                one, (amount, unit) = self.rungs[step], self.acknowledge
                at = self.town.run(now, amount * max(one.share - done, 0.0), unit)
                self.ack_at[step] = self._awake(self.town.run(at, *one.later) if one.later else at)

    def extended(self, until: float) -> None:
        """What is due now is due then; what stood still after it was due does not count twice."""
        assert self.resolve and self.due is not None
        unit, due = self.resolve.unit, self.due
        stood = sum(self.town.between(max(since, due), end, unit) for since, end in self.pauses)
        self.extensions.append((self.town.run(due, stood, unit), until))

    def latest(self) -> float | None:
        """The furthest date that an extension may be asked for: the limit once more."""
        due = self.due
        return self.town.run(due, *self.resolve, self.pauses) if self.resolve and due is not None else None

    def _share(self, share: float) -> float:
        assert self.resolve
        amount, unit = self.resolve
        extra = sum(self.town.between(since, until, unit) for since, until in self.extensions)
        return self.town.run(self.started, (amount + extra) * share, unit, self.pauses)

    def _awake(self, moment: float) -> float:
        return self.town.woken(moment) if self.wakes else moment
