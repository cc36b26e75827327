"""What may hang on a work order: an offer to several, a request that waits for approval, and the units that assist."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

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
class Request:
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


@dataclass(frozen=True)
class Assist:
    """A unit helps the lead (协办): `member_id` is who does it there, `task` what, until when. `number` is the version
    of the order with which it was asked for."""

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


def as_document(part: Request | Assist) -> dict[str, Any]:
    """As it is kept with the order."""
    return {
        name: value.isoformat() if isinstance(value, dt.datetime) else list(value) if name == "evidence" else value
        for name, value in vars(part).items()
    }


def request_of(document: dict[str, Any] | None) -> Request | None:
    return Request(**_dated(document, "until", "asked_at", "decided_at")) if document else None


def assist_of(document: dict[str, Any]) -> Assist:
    return Assist(**_dated(document, "asked_at", "due_at", "ended_at") | {"evidence": tuple(document["evidence"])})


def _dated(document: dict[str, Any], *names: str) -> dict[str, Any]:
    return document | {name: dt.datetime.fromisoformat(document[name]) for name in names if document[name]}
