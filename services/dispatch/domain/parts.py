"""What may hang on a work order: an offer to several, a request that waits for approval, and the units that assist."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from services.dispatch.domain.limits import Duration

SUSPEND, EXTEND = "suspend", "extend"  # what can be asked for
OPEN, APPROVED, DENIED, LAPSED = "open", "approved", "denied", "lapsed"  # of a request
ASKED, DONE, RELEASED = "asked", "done", "released"  # of an assist


@dataclass(frozen=True)
class Offer:
    """What was copied onto a pooled order: for which role, among whom (grid, town), until when, by which policy."""

    to: str
    among: str
    until: dt.datetime
    policy: str

    @classmethod
    def of(cls, document: dict[str, Any]) -> Offer:
        return cls(**document | {"until": dt.datetime.fromisoformat(document["until"])})

    def within(self, due_at: dt.datetime | None) -> Offer:
        """The offer, never longer than the order may take altogether."""
        return replace(self, until=min(self.until, due_at)) if due_at else self

    def as_dict(self) -> dict[str, Any]:
        return vars(self) | {"until": self.until.isoformat()}


@dataclass(frozen=True)
class Nudge:
    """One reminder of something awaited (domain/awaited.py), copied onto it when it was asked for: when a share of its
    time has passed, or so much later; to `asked`, or it goes `above`, or to the `desk`."""

    number: int
    share: float
    later: Duration | None
    to: str
    at: dt.datetime | None = None
    fired_at: dt.datetime | None = None

    @classmethod
    def of(cls, document: dict[str, Any]) -> Nudge:
        later = document["later"]
        return cls(**_dated(document, "at", "fired_at") | {"later": Duration.read(later) if later else None})

    def as_dict(self) -> dict[str, Any]:
        return as_document(self) | {"later": str(self.later) if self.later else None}


class _Awaited:
    """What requests and assists have in common."""

    watch: tuple[Nudge, ...]

    @property
    def nudge(self) -> Nudge | None:
        """The reminder that comes next."""
        waiting = [(nudge.at, nudge.number, nudge) for nudge in self.watch if nudge.at and not nudge.fired_at]
        return min(waiting)[2] if waiting else None

    @property
    def next_at(self) -> dt.datetime | None:
        return self.nudge.at if self.nudge else None


@dataclass(frozen=True)
class Request(_Awaited):
    """The handler asks to suspend the order until then, or to have time until then; `number` is the version of the
    order with which it was asked. It lapses when somebody else gets the order, or when it is done meanwhile."""

    number: int
    kind: str
    asked_by: str
    approver_id: str
    reason: str
    until: dt.datetime
    asked_at: dt.datetime
    state: str = OPEN
    decided_by: str | None = None
    decided_at: dt.datetime | None = None
    note: str = ""
    watch: tuple[Nudge, ...] = ()

    @property
    def owed_by(self) -> str:
        return self.approver_id

    def passed_to(self, member_id: str) -> Request:
        """Somebody else is to decide."""
        return replace(self, approver_id=member_id)


@dataclass(frozen=True)
class Assist(_Awaited):
    """A unit helps the lead (协办): `member_id` is who does it there, `task` what, until when. `number` is the version
    of the order with which it was asked for, `answers_id` who answers for it since it was late."""

    number: int
    unit: str
    member_id: str
    why: str
    task: str
    asked_by: str
    asked_at: dt.datetime
    due_at: dt.datetime | None
    state: str = ASKED
    ended_at: dt.datetime | None = None
    note: str = ""
    evidence: tuple[str, ...] = ()
    watch: tuple[Nudge, ...] = ()
    answers_id: str | None = None

    @property
    def owed_by(self) -> str:
        return self.answers_id or self.member_id

    def passed_to(self, member_id: str) -> Assist:
        """Somebody else answers for it; who was asked may still do it."""
        return replace(self, answers_id=member_id)


def next_owed(request: Request | None, assists: tuple[Assist, ...]) -> Request | Assist | None:
    """The one about which somebody is reminded next."""
    waiting = [(part.next_at, part.number, part) for part in (request, *assists) if part and part.next_at]
    return min(waiting)[2] if waiting else None


def as_document(part: Request | Assist | Nudge) -> dict[str, Any]:
    """As it is kept with the order."""
    return {name: _as_json(value) for name, value in vars(part).items()}


def _as_json(value: Any) -> Any:
    if isinstance(value, tuple):
        return [one.as_dict() if isinstance(one, Nudge) else one for one in value]
    return value.isoformat() if isinstance(value, dt.datetime) else value


def request_of(document: dict[str, Any] | None) -> Request | None:
    return Request(**_dated(document, "until", "asked_at", "decided_at") | _watch(document)) if document else None


def assist_of(document: dict[str, Any]) -> Assist:
    dated = _dated(document, "asked_at", "due_at", "ended_at") | {"evidence": tuple(document["evidence"])}
    return Assist(**dated | _watch(document))


def _watch(document: dict[str, Any]) -> dict[str, Any]:
    return {"watch": tuple(Nudge.of(one) for one in document.get("watch", ()))}


def _dated(document: dict[str, Any], *names: str) -> dict[str, Any]:
    return document | {name: dt.datetime.fromisoformat(document[name]) for name in names if document[name]}
