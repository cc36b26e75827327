"""What a run left behind."""

from __future__ import annotations

import datetime as dt
from collections import Counter as Counters
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.chaos.checker.delivering import Intended, Reached, Sent
from tests.chaos.checker.hearing import Ear, Fed

Key = tuple[str, str]  # a report: (source, external id)


class Fired(NamedTuple):
    """A step of an order's ladder that came: for which handler (or checker of which check; and how often, where it
    repeats), when, and when it was due."""

    order: str
    step: int
    handler: str
    at: dt.datetime
    due: dt.datetime | None


class Rung(NamedTuple):
    """A step of the ladder that is stored with an order, once it is due or has come. `waits`: it watches the state that
    the order is in. Of one that repeats the last time is known, and how often it came (`times`)."""

    order: str
    step: int
    due: dt.datetime
    fired: dt.datetime | None
    waits: bool
    times: int = 1


class Taken(NamedTuple):
    """A step in dispatch's journal. `since_handed_over`: the order has had the same handler since then."""

    order: str
    at: dt.datetime
    since_handed_over: bool


class Assigned(NamedTuple):
    """A handler: who, working where, for an order of which grid."""

    order: str
    member: str
    active: bool
    role: str
    works_in: str
    grid: str | None


class Counter(NamedTuple):
    """A number that a service keeps beside the rows that it counts."""

    what: str
    kept: int
    counted: int


@dataclass
class Evidence:
    """Reports are named by (source, external id); `steps` and `journal` are in the order in which they were written."""

    sent: set[Key] = field(default_factory=set)  # everything that was tried, confirmed or not
    confirmed: set[Key] = field(default_factory=set)  # by the broker or by HTTP
    poison: set[Key] = field(default_factory=set)  # those that must be refused
    cases: list[tuple[str, str, str, str]] = field(default_factory=list)  # (id, source, external id, state)
    reports: list[tuple[str, str, str]] = field(default_factory=list)  # (source, external id, case id)
    refused: set[Key] = field(default_factory=set)
    steps: list[tuple[str, str | None, str]] = field(default_factory=list)  # (case id, from, to)
    journal: list[tuple[str, str, int]] = field(default_factory=list)  # (service, case id, sequence)
    said: dict[str, set[str]] = field(default_factory=dict)  # service → ids of the messages in its outbox
    heard: set[str] = field(default_factory=set)  # ids of the messages in the journal
    active_assignments: dict[str, int] = field(default_factory=dict)  # order → active handlers
    assigned: list[Assigned] = field(default_factory=list)
    accepted: set[Key] = field(default_factory=set)  # (member, command id) that HTTP answered as accepted
    commands: set[Key] = field(default_factory=set)  # likewise, as the database has them
    told_taken: set[tuple[str, str]] = field(default_factory=set)  # (channel, what): answers, objections, by HTTP
    answers: set[tuple[str, str]] = field(default_factory=set)  # likewise, as the database has them
    ends: dict[str, int] = field(default_factory=dict)  # follow-up that has ended → how often that was said
    fired: list[Fired] = field(default_factory=list)
    rungs: list[Rung] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)
    looked: dt.datetime | None = None  # by the database's clock: when rungs were read …
    healed: dt.datetime | None = None  # … and since when nothing was broken any more
    without_due: list[str] = field(default_factory=list)  # cases alive that nobody will remind of
    feedback: list[tuple[str, str, int, str]] = field(default_factory=list)  # heard: (…, number, event id)
    feedback_said: dict[Key, int] = field(default_factory=dict)  # how many there are for a report
    notices: list[tuple[str, int]] = field(default_factory=list)  # (member, number)
    open_deliveries: int = 0
    counters: list[Counter] = field(default_factory=list)
    unconfirmed: dict[str, int] = field(default_factory=dict)  # service → outbox rows without confirm
    parked: dict[str, int] = field(default_factory=dict)
    fed: list[Fed] = field(default_factory=list)  # what the feed has since subscribers listen
    happened: set[str] = field(default_factory=set)  # ids of messages that must be in it: somebody wants everything
    ears: list[Ear] = field(default_factory=list)
    intended: list[Intended] = field(default_factory=list)  # what members are to hear on channels …
    untold: list[str] = field(default_factory=list)  # … notices that nothing was intended for …
    sent_on_channels: list[Sent] = field(default_factory=list)  # … what became of it …
    reached: Reached = field(
        default_factory=lambda: Reached(Counters(), Counters())
    )  # … and what has really reached somebody
    samples: list[tuple[str, float, float]] = field(default_factory=list)  # (what, its highest value, its bound)
