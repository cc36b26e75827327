"""The work order: its states, and what can happen to it. An order is never edited: each change makes a new one.

dispatched → in_progress (acknowledged) → resolved → verified → closed; resolved → in_progress when the check fails;
in_progress → suspended → in_progress while its clock stands still; back to dispatched when somebody else gets it;
withdrawn when its case leaves the line before that, or the desk cancels it. Work that is offered to several begins as
pooled: nobody has it until somebody claims it, or its time is over (domain/pool.py).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from services.dispatch.domain.assignment import Choice
from services.dispatch.domain.calendar import Calendar
from services.dispatch.domain.clock import RUNNING, SUSPENDED, Clock
from services.dispatch.domain.escalation import NOT_VERIFIED, Step, Terms, begun, redated, restarted
from services.dispatch.domain.limits import after
from services.dispatch.domain.parts import LAPSED, RELEASED, Assist, Offer, Request, next_owed
from services.dispatch.domain.policy import Matter

DISPATCHED, IN_PROGRESS, RESOLVED, VERIFIED, CLOSED = "dispatched", "in_progress", "resolved", "verified", "closed"
POOLED, WITHDRAWN = "pooled", "withdrawn"
NOBODY = ""  # has a pooled order
OVER = (CLOSED, WITHDRAWN)
AT_WORK = (DISPATCHED, IN_PROGRESS, SUSPENDED)  # the handler has it
HANDLER, CHECKER = "handler", "checker"
COLOURS = ("none", "blue", "yellow", "red")


@dataclass(frozen=True)
class Order:
    """The unit of work for one case and one round; `terms` were copied onto it when it started."""

    id: str
    case_id: str
    number: str
    round: int
    level: str
    grid_id: str | None
    state: str
    version: int
    member_id: str
    unit: str
    checker_id: str | None
    started_at: dt.datetime
    ack_due_at: dt.datetime | None
    due_at: dt.datetime | None
    terms: Terms
    acknowledged_at: dt.datetime | None = None
    resolved_at: dt.datetime | None = None
    verified_at: dt.datetime | None = None
    supervision: str = "none"
    returned_by: tuple[str, ...] = ()
    late_ack: bool = False
    late: bool = False
    clock: Clock = RUNNING
    transfers: int = 0
    returned_units: tuple[str, ...] = ()
    request: Request | None = None  # the one that is open
    assists: tuple[Assist, ...] = ()  # those that are open
    kind: str = ""
    category: str = ""
    lon: float | None = None
    lat: float | None = None
    offer: Offer | None = None
    service: dict[str, Any] | None = None  # what is ordered: domain/serving.py

    @property
    def matter(self) -> Matter:
        """What choosing somebody for it needs to know."""
        return Matter.of(vars(self))

    @property
    def next_step(self) -> Step | None:
        """The step of the ladder that comes next, while nothing happens."""
        return self.terms.next_step(self.state)

    @property
    def awaited(self) -> Request | Assist | None:
        """Of what is awaited of others, the one about which somebody is reminded next."""
        return next_owed(self.request, self.assists) if self.state in AT_WORK else None

    @property
    def next_at(self) -> dt.datetime | None:
        """When something happens by itself: the next step, the end of the suspension, or of its time in the pool."""
        if self.state == POOLED and self.offer:
            return self.offer.until
        if self.state == SUSPENDED:
            return self.clock.pauses[-1].until
        step = self.next_step
        return step.at if step else None


@dataclass(frozen=True)
class Change:
    """One thing that happened to an order: said, journaled, and what it does to assignments.

    `starts` are (role, choice), `ends` are (role, reason). `facts` go into the journal: what the clock is worked out
    from, and where the member was. `requests` and `assists` are those that are new or have ended.
    """

    kind: str
    order: Order
    before: str | None
    who: str
    note: str = ""
    evidence: tuple[str, ...] = ()
    said: dict[str, Any] = field(default_factory=dict)
    starts: tuple[tuple[str, Choice], ...] = ()
    ends: tuple[tuple[str, str], ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)
    requests: tuple[Request, ...] = ()
    assists: tuple[Assist, ...] = ()


class Moved(NamedTuple):
    """The order after its changes."""

    order: Order
    changes: tuple[Change, ...]


def hand_over(order: Order, choice: Choice, now: dt.datetime, calendar: Calendar, from_share: float = 0.0) -> Moved:
    """Somebody else gets the order; the clock for taking it on starts again, and with it the steps that watch it.

    `from_share`: which share of that limit the ladder has come to, when it was the ladder that handed over.
    """
    limit = order.terms.acknowledge
    terms = redated(order.terms, order.started_at, order.clock, calendar)  # it may have waited while that changed
    new = replace(
        order,
        state=DISPATCHED,
        version=order.version + 1,
        member_id=choice.member.member_id,
        unit=choice.member.unit,
        acknowledged_at=None,
        ack_due_at=after(calendar, now, limit) if limit else None,
        due_at=terms.due_at,
        terms=restarted(terms, now, calendar, from_share),
        request=None,
    )
    return Moved(new, (replace(given_to(new, order.state, choice), requests=lapsed(order, now)),))


def acknowledged(
    order: Order,
    who: str,
    now: dt.datetime,
    note: str = "",
    evidence: tuple[str, ...] = (),
    facts: dict[str, Any] | None = None,
) -> Moved:
    """The handler takes it on."""
    new = replace(noted(order, now), state=IN_PROGRESS, version=order.version + 1, acknowledged_at=now)
    change = Change("acknowledged", new, order.state, who, note, evidence, {"member_id": who}, facts=facts or {})
    return Moved(new, (change,))


def resolved(
    order: Order,
    who: str,
    checker: Choice,
    note: str,
    evidence: tuple[str, ...],
    now: dt.datetime,
    calendar: Calendar,
    facts: dict[str, Any] | None = None,
) -> Moved:
    """The handler says that it is done; the checker is chosen, and the steps that watch the check begin."""
    checker_id = checker.member.member_id
    new = replace(noted(order, now), state=RESOLVED, version=order.version + 1, checker_id=checker_id, resolved_at=now)
    new = replace(new, request=None, terms=begun(order.terms, NOT_VERIFIED, now, calendar))
    said = {"member_id": who, "checker_id": checker_id, "note": note, "evidence": list(evidence)}
    said |= {"before": facts["before"]} if facts and "before" in facts else {}
    change = Change("resolved", new, order.state, who, note, evidence, said, starts=((CHECKER, checker),))
    return Moved(new, (replace(change, facts=facts or {}, requests=lapsed(order, now)),))


def resumed(order: Order, who: str, why: str, at: dt.datetime, calendar: Calendar) -> Moved:
    """The clock goes on, and everything that was to come comes later by the time that it stood still."""
    clock = order.clock.resumed(at)
    terms = redated(order.terms, order.started_at, clock, calendar)
    new = replace(order, state=IN_PROGRESS, version=order.version + 1, clock=clock, terms=terms, due_at=terms.due_at)
    said = {"member_id": order.member_id, "by": who, "why": why}
    facts = {"at": clock.pauses[-1].until.isoformat()}
    return Moved(new, (Change("resumed", new, order.state, who, why, said=said, facts=facts),))


def closed(order: Order) -> Moved:
    """The case has ended; nothing is said, because intake has said it."""
    new = replace(order, state=CLOSED, version=order.version + 1)
    return Moved(new, (Change("closed", new, order.state, "intake"),))


def withdrawn(order: Order, why: str, now: dt.datetime, who: str = "intake", kind: str = "withdrawn") -> Moved:
    """The case has left the line: whoever has the order in hand, or assists with it, is to hear it."""
    let_go: list[Change] = []
    requests = lapsed(order, now)
    for assist in order.assists:
        order, change = released(order, assist, who, why, now)
        let_go.append(change)
    new = replace(order, state=WITHDRAWN, version=order.version + 1, request=None)
    active = {RESOLVED: (HANDLER, CHECKER)}.get(order.state, (HANDLER,) if order.state in AT_WORK else ())
    said = {"member_id": order.member_id, "checker_id": order.checker_id, "was": order.state, "why": why}
    ends = tuple((role, kind) for role in active)
    change = Change(kind, new, order.state, who, why, said=said, ends=ends, requests=requests)
    return Moved(new, (*let_go, change))


def released(order: Order, assist: Assist, who: str, why: str, now: dt.datetime) -> tuple[Order, Change]:
    """The unit need not assist any more."""
    over = replace(assist, state=RELEASED, ended_at=now, note=why)
    left = tuple(other for other in order.assists if other.number != assist.number)
    new = replace(order, version=order.version + 1, assists=left)
    said = {"member_id": order.member_id, "assistant_id": assist.member_id, "unit": assist.unit, "why": why}
    return new, Change("assist_released", new, order.state, who, why, said=said, assists=(over,))


def lapsed(order: Order, now: dt.datetime) -> tuple[Request, ...]:
    """The open request of an order that changes hands or is done: nobody decides it any more."""
    return (replace(order.request, state=LAPSED, decided_at=now),) if order.request else ()


def noted(order: Order, now: dt.datetime) -> Order:
    """The order with its breaches: whether it is, by now, too late for one of its deadlines."""
    late_ack = order.state == DISPATCHED and order.ack_due_at is not None and now > order.ack_due_at
    late = order.state in (DISPATCHED, IN_PROGRESS) and order.due_at is not None and now > order.due_at
    return replace(order, late_ack=order.late_ack or late_ack, late=order.late or late)


def coloured(order: Order, colour: str) -> Order:
    """Supervision only ever gets stronger."""
    return replace(order, supervision=max(order.supervision, colour, key=COLOURS.index))


def given_to(order: Order, before: str | None, choice: Choice, settled: bool = False) -> Change:
    said = {
        "member_id": order.member_id,
        "unit": order.unit,
        "ack_due_at": order.ack_due_at.isoformat() if order.ack_due_at else None,
        "why": choice.why,
        "settled": settled,
    }
    return Change("assigned", order, before, "rule", choice.why, said=said, starts=((HANDLER, choice),))
