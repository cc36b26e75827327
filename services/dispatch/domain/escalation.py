"""The ladder of supervision (督办): which step comes when, if nobody acts. It is copied onto the order at its start.

A step watches one limit (not_acknowledged, not_resolved, not_verified) and comes when a share of it has passed, or so
much later. Each comes once for whoever is watched, never early; one with `every` comes again and again, each time so
much after it came last. Quiet hours postpone it. When a step hands the order over, the remaining steps that watch the
acknowledgement keep their distance from that moment, so that after an outage or a night everybody still has the time
that the ladder gives. After a return they begin anew, and so does what watches the check with every checker.
"""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass, replace
from typing import Any

from services.dispatch.domain.calendar import Calendar
from services.dispatch.domain.clock import RUNNING, Clock
from services.dispatch.domain.limits import Duration, Limit, Quiet, after, postponed, strictest
from services.dispatch.domain.policy import Policies

NOT_ACKNOWLEDGED, NOT_RESOLVED, NOT_VERIFIED = "not_acknowledged", "not_resolved", "not_verified"
WATCHED = {  # by state of the order
    "dispatched": (NOT_ACKNOWLEDGED, NOT_RESOLVED),
    "in_progress": (NOT_RESOLVED,),
    "resolved": (NOT_VERIFIED,),
}
REMIND, ESCALATE, YELLOW_CARD, RED_CARD = "remind", "escalate", "yellow_card", "red_card"
LETTER, INTERVIEW, PUBLIC_NOTICE = "letter", "interview", "public_notice"
MEASURES = (REMIND, ESCALATE, YELLOW_CARD, RED_CARD, LETTER, INTERVIEW, PUBLIC_NOTICE)


@dataclass(frozen=True)
class Step:
    """One rung: what happens (`measure`), to whom (`to`: worker, checker, leader, desk), who hears it too (`copy`), the
    points that it gives the unit (below 0), and how long after it came it comes again (`every`). On an order also when
    it comes (`at`), when it came last, and how often it has."""

    step: int
    when: str
    share: float
    later: Duration | None
    measure: str
    to: str
    at: dt.datetime | None = None
    fired_at: dt.datetime | None = None
    copy: str | None = None
    points: float = 0
    every: Duration | None = None
    came: int = 0

    @classmethod
    def of(cls, document: dict[str, Any]) -> Step:
        later, every, at, fired = (document.get(name) for name in ("later", "every", "at", "fired_at"))
        return cls(
            document["step"],
            document["when"],
            float(document["after"]),
            Duration.read(later) if later else None,
            document["measure"],
            document["to"],
            dt.datetime.fromisoformat(at) if at else None,
            dt.datetime.fromisoformat(fired) if fired else None,
            document.get("copy"),
            document.get("points", 0),
            Duration.read(every) if every else None,
            document.get("came", 0),
        )

    def as_dict(self) -> dict[str, Any]:
        """As a rule set has it, with what an order adds. What does not apply is left out: every order has one."""
        document = {
            "step": self.step,
            "when": self.when,
            "after": self.share,
            "later": str(self.later) if self.later else None,
            "measure": self.measure,
            "to": self.to,
            "copy": self.copy,
            "points": self.points,
            "every": str(self.every) if self.every else None,
            "at": self.at.isoformat() if self.at else None,
            "fired_at": self.fired_at.isoformat() if self.fired_at else None,
            "came": self.came,
        }
        return {name: value for name, value in document.items() if value}

    @property
    def pending(self) -> bool:
        """Whether it is still to come, for the first time or again."""
        return self.at is not None and (self.fired_at is None or (self.every is not None and self.at > self.fired_at))

    @property
    def colour(self) -> str:
        """Blue before the limit, yellow at the limit of a stage, red when the whole is late."""
        named = {YELLOW_CARD: "yellow", RED_CARD: "red"}.get(self.measure)
        if named or self.share < 1:
            return named or "blue"
        return "red" if self.when == NOT_RESOLVED else "yellow"


@dataclass(frozen=True)
class Rules:
    """The section `dispatch` of a rule set."""

    acknowledge: dict[str, Duration]
    level: dict[str, Duration]
    kind: dict[str, Duration]
    ladder: tuple[Step, ...]
    quiet: Quiet | None
    policies: Policies
    verify: dict[str, Duration]

    @classmethod
    def of(cls, document: dict[str, Any]) -> Rules:
        limits = document["limits"]
        acknowledge, level, kind, verify = (
            {key: Duration.read(text) for key, text in limits.get(name, {}).items()}
            for name in ("acknowledge", "level", "kind", "verify")
        )
        ladder = tuple(Step.of(step) for step in document["ladder"])
        policies = Policies.of(document.get("assignment"))
        return cls(acknowledge, level, kind, ladder, Quiet.of(document.get("quiet_hours")), policies, verify)


@dataclass(frozen=True)
class Terms:
    """What was copied onto an order when it started: its limits, when they expire, and its ladder."""

    acknowledge: Duration | None
    resolve: Duration | None
    because: str
    ack_due_at: dt.datetime | None
    due_at: dt.datetime | None
    quiet: Quiet | None
    ladder: tuple[Step, ...]
    verify: Duration | None = None

    @functools.cached_property
    def documents(self) -> dict[str, Any]:
        """Limits and ladder as they are kept with the order; made once for all orders that share these terms."""
        return {
            "limits": {
                "acknowledge": str(self.acknowledge) if self.acknowledge else None,
                "resolve": str(self.resolve) if self.resolve else None,
                "verify": str(self.verify) if self.verify else None,
                "because": self.because,
                "quiet": self.quiet.as_dict() if self.quiet else None,
            },
            "ladder": [step.as_dict() for step in self.ladder],
        }

    def limit(self, when: str) -> Duration | None:
        """The limit that a step with this `when` watches."""
        return {NOT_ACKNOWLEDGED: self.acknowledge, NOT_VERIFIED: self.verify}.get(when, self.resolve)

    def next_step(self, state: str) -> Step | None:
        """The earliest step that is still to come and applies in this state of the order."""
        pending = [s for s in self.ladder if s.pending and s.when in WATCHED.get(state, ())]
        return min(pending, key=lambda step: (step.at, step.step), default=None)

    def fired(self, step: Step, now: dt.datetime, calendar: Calendar, clock: Clock = RUNNING) -> Terms:
        """The step has come now; one that repeats comes again when the clock has run so much longer."""
        came = _again(replace(step, fired_at=now, came=step.came + 1), self, now, calendar, clock)
        return replace(self, ladder=tuple(came if s.step == step.step else s for s in self.ladder))


def terms(
    rules: Rules,
    calendar: Calendar,
    level: str,
    kind: str,
    category: str,
    own: Duration | None,
    now: dt.datetime,
    ordered: Duration | None = None,
) -> Terms:
    """The terms of an order that starts now. `own` is the limit of the category itself, `ordered` that of the service
    item that is ordered, if they have one."""
    candidates = [
        Limit(duration, because)
        for duration, because in (
            (rules.level.get(level), f"level {level}"),
            (rules.kind.get(kind), f"kind {kind}"),
            (own, f"category {category}"),
            (ordered, "service item"),
        )
        if duration
    ]
    chosen = strictest(candidates, calendar, now)
    acknowledge, resolve = rules.acknowledge.get(level), chosen[1].duration if chosen else None
    quiet = None if rules.quiet is None or level in rules.quiet.excepted else rules.quiet
    made = Terms(
        acknowledge,
        resolve,
        chosen[1].because if chosen else "",
        after(calendar, now, acknowledge) if acknowledge else None,
        chosen[0] if chosen else None,
        quiet,
        (),
        rules.verify.get(level),
    )
    ladder = (step if step.when == NOT_VERIFIED else _dated(step, made, now, calendar) for step in rules.ladder)
    return replace(made, ladder=tuple(ladder))


def begun(old: Terms, when: str, start: dt.datetime, calendar: Calendar) -> Terms:
    """The terms when what these steps watch begins, or begins anew for somebody else: all of them are to come."""
    return replace(
        old,
        ladder=tuple(
            _dated(replace(step, fired_at=None, came=0), old, start, calendar) if step.when == when else step
            for step in old.ladder
        ),
    )


def restarted(
    old: Terms, now: dt.datetime, calendar: Calendar, from_share: float, when: str = NOT_ACKNOWLEDGED
) -> Terms:
    """The terms after a hand-over: what watches the acknowledgement (or the check) is counted from now on.

    After an escalation the remaining steps go on; otherwise the new handler has the whole ladder before them."""
    if from_share == 0:
        return begun(old, when, now, calendar)
    ladder: list[Step] = []
    for step in old.ladder:
        if step.when == when:
            again = step.fired_at is not None
            step = _again(step, old, now, calendar) if again else _dated(step, old, now, calendar, from_share)
        ladder.append(step)
    return replace(old, ladder=tuple(ladder))


def redated(old: Terms, start: dt.datetime, clock: Clock, calendar: Calendar) -> Terms:
    """The terms after something has happened to the order's clock, or to the calendar: the limit for resolving and the
    steps that watch it. Steps that came stay come; what watches acknowledgement and check is as it was."""
    ladder: list[Step] = []
    for step in old.ladder:
        if step.when == NOT_RESOLVED and step.fired_at:
            step = _again(step, old, step.fired_at, calendar, clock)
        elif step.when == NOT_RESOLVED:
            step = _dated(step, old, start, calendar, clock=clock)
        ladder.append(step)
    due_at = clock.due(calendar, start, old.resolve) if old.resolve else None
    return replace(old, due_at=due_at, ladder=tuple(ladder))


def _dated(
    step: Step, of: Terms, start: dt.datetime, calendar: Calendar, from_share: float = 0.0, clock: Clock = RUNNING
) -> Step:
    """The step with its time: a share of its limit after `start`; without that limit it never comes."""
    limit = of.limit(step.when)
    if limit is None:
        return replace(step, at=None)
    at = clock.due(calendar, start, limit, max(step.share - from_share, 0.0))
    at = clock.after(calendar, at, step.later) if step.later else at
    return replace(step, at=postponed(at, of.quiet, calendar.zone))


def _again(step: Step, of: Terms, last: dt.datetime, calendar: Calendar, clock: Clock = RUNNING) -> Step:
    """A step that has come, with the time when it comes again, if it does."""
    if step.every is None:
        return step
    return replace(step, at=postponed(clock.after(calendar, last, step.every), of.quiet, calendar.zone))
