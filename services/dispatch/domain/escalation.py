"""The ladder of supervision (督办): which step comes when, if nobody acts. It is copied onto the order at its start.

A step watches one limit (not_acknowledged, not_resolved) and comes when a share of it has passed, or so much later.
Each comes once for a handler, never early; quiet hours postpone it. When a step hands the order over, the remaining
steps that watch the acknowledgement keep their distance from that moment, so that after an outage or a night everybody
still has the time that the ladder gives. After a return they begin anew.
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

NOT_ACKNOWLEDGED, NOT_RESOLVED = "not_acknowledged", "not_resolved"
WATCHED = {"dispatched": (NOT_ACKNOWLEDGED, NOT_RESOLVED), "in_progress": (NOT_RESOLVED,)}  # by state of the order
ESCALATE = "escalate"


@dataclass(frozen=True)
class Step:
    """One rung: what happens (`measure`), to whom (`to`: worker, leader, desk), and on an order also when (`at`)."""

    step: int
    when: str
    share: float
    later: Duration | None
    measure: str
    to: str
    at: dt.datetime | None = None
    fired_at: dt.datetime | None = None

    @classmethod
    def of(cls, document: dict[str, Any]) -> Step:
        later, at, fired = (document.get(name) for name in ("later", "at", "fired_at"))
        return cls(
            document["step"],
            document["when"],
            float(document["after"]),
            Duration.read(later) if later else None,
            document["measure"],
            document["to"],
            dt.datetime.fromisoformat(at) if at else None,
            dt.datetime.fromisoformat(fired) if fired else None,
        )

    def as_dict(self) -> dict[str, Any]:
        return {
            "step": self.step,
            "when": self.when,
            "after": self.share,
            "later": str(self.later) if self.later else None,
            "measure": self.measure,
            "to": self.to,
            "at": self.at.isoformat() if self.at else None,
            "fired_at": self.fired_at.isoformat() if self.fired_at else None,
        }

    @property
    def colour(self) -> str:
        """Blue before the limit, yellow at the limit of a stage, red when the whole is late."""
        named = {"yellow_card": "yellow", "red_card": "red"}.get(self.measure)
        if named or self.share < 1:
            return named or "blue"
        return "yellow" if self.when == NOT_ACKNOWLEDGED else "red"


@dataclass(frozen=True)
class Rules:
    """The section `dispatch` of a rule set."""

    acknowledge: dict[str, Duration]
    level: dict[str, Duration]
    kind: dict[str, Duration]
    ladder: tuple[Step, ...]
    quiet: Quiet | None
    policies: Policies

    @classmethod
    def of(cls, document: dict[str, Any]) -> Rules:
        limits = document["limits"]
        acknowledge, level, kind = (
            {key: Duration.read(text) for key, text in limits[name].items()}
            for name in ("acknowledge", "level", "kind")
        )
        ladder = tuple(Step.of(step) for step in document["ladder"])
        policies = Policies.of(document.get("assignment"))
        return cls(acknowledge, level, kind, ladder, Quiet.of(document.get("quiet_hours")), policies)


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

    @functools.cached_property
    def documents(self) -> dict[str, Any]:
        """Limits and ladder as they are kept with the order; made once for all orders that share these terms."""
        return {
            "limits": {
                "acknowledge": str(self.acknowledge) if self.acknowledge else None,
                "resolve": str(self.resolve) if self.resolve else None,
                "because": self.because,
                "quiet": self.quiet.as_dict() if self.quiet else None,
            },
            "ladder": [step.as_dict() for step in self.ladder],
        }

    def next_step(self, state: str) -> Step | None:
        """The earliest step that has not come yet and applies in this state of the order."""
        pending = [s for s in self.ladder if s.at and not s.fired_at and s.when in WATCHED.get(state, ())]
        return min(pending, key=lambda step: (step.at, step.step), default=None)

    def fired(self, step: Step, now: dt.datetime) -> Terms:
        ladder = tuple(replace(s, fired_at=now) if s.step == step.step else s for s in self.ladder)
        return replace(self, ladder=ladder)


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
    )
    return replace(made, ladder=tuple(_dated(step, made, now, calendar) for step in rules.ladder))


def restarted(old: Terms, now: dt.datetime, calendar: Calendar, from_share: float) -> Terms:
    """The terms after a hand-over: what watches the acknowledgement is counted from now on.

    After an escalation the remaining steps go on; otherwise the new handler has the whole ladder before them."""
    ladder: list[Step] = []
    for step in old.ladder:
        if step.when == NOT_ACKNOWLEDGED and from_share == 0:
            step = replace(step, fired_at=None)
        pending = step.when == NOT_ACKNOWLEDGED and not step.fired_at
        ladder.append(_dated(step, old, now, calendar, from_share) if pending else step)
    return replace(old, ladder=tuple(ladder))


def redated(old: Terms, start: dt.datetime, clock: Clock, calendar: Calendar) -> Terms:
    """The terms after something has happened to the order's clock, or to the calendar: the limit for resolving and the
    steps that watch it. Steps that came stay come; what watches the acknowledgement is as it was."""
    moving = {step.step for step in old.ladder if step.when != NOT_ACKNOWLEDGED and not step.fired_at}
    ladder = [_dated(step, old, start, calendar, clock=clock) if step.step in moving else step for step in old.ladder]
    due_at = clock.due(calendar, start, old.resolve) if old.resolve else None
    return replace(old, due_at=due_at, ladder=tuple(ladder))


def _dated(
    step: Step, of: Terms, start: dt.datetime, calendar: Calendar, from_share: float = 0.0, clock: Clock = RUNNING
) -> Step:
    """The step with its time: a share of its limit after `start`; without that limit it never comes."""
    limit = of.acknowledge if step.when == NOT_ACKNOWLEDGED else of.resolve
    if limit is None:
        return replace(step, at=None)
    at = clock.due(calendar, start, limit, max(step.share - from_share, 0.0))
    at = clock.after(calendar, at, step.later) if step.later else at
    return replace(step, at=postponed(at, of.quiet, calendar.zone))
