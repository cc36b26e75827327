"""A notice that asks for something and is not read: what is done about it, when, and what ends that.

The steps count from when the member was told. Each comes once and never early; after an outage they come late, one
after the other. It is over the moment that the member has read the notice or acted on the case, that the work is
somebody else's or nobody's any more, or that it is too late for it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from services.notify.domain.transitions import path_of

NEXT_CHANNEL, LEADER = "next_channel", "leader"
READ, ACTED, TAKEN_AWAY, CLOSED, EXPIRED, DONE = "read", "acted", "taken_away", "case_over", "expired", "all_done"
OFFERED, ASSIGNED = "work_offered", "work_assigned"
TAKING = ("work_taken_away", "check_taken_away", "work_withdrawn", "assist_released")  # kinds that take work away
HEADS = ("leader", "guide")  # of a grid, of a village
DESK = "desk"
OF_HANDLER, OF_CHECKER = "member_id", "checker_id"
ACTING = {  # transition → whose act it is
    **dict.fromkeys(("work_acknowledged", "work_progressed", "work_returned", "work_resolved"), OF_HANDLER),
    **dict.fromkeys(("work_verified", "work_sent_back"), OF_CHECKER),
}
ENDING = (  # transitions after which nobody is waited for
    *("case_closed", "case_cancelled", "case_merged", "case_transferred", "case_rejected"),
    *("work_withdrawn", "work_cancelled"),
)


class Step(NamedTuple):
    """So long after the member was told, this."""

    after: dt.timedelta
    to: str


class Told(NamedTuple):
    """A notice that somebody has been given about a case; `place`: round and version of the order then."""

    member_id: str
    kind: str
    place: tuple[int, int]


@dataclass(frozen=True)
class Watched:
    """One notice. `said_at`: when what it is about happened, by the clock of who said it; `since`: when the member was
    told; `expires_at`: it is of no use from then on."""

    told: Told
    notice_number: int
    said_at: dt.datetime
    since: dt.datetime
    steps: tuple[Step, ...]
    taken: int = 0
    expires_at: dt.datetime | None = None


@dataclass(frozen=True)
class Known:
    """What is known by now: how far its member has read, when the member has acted on the case and when the case was
    over (by the clocks of who said so), whether a provider knows that it was read, what was told about the case."""

    seen: int = 0
    acted_at: dt.datetime | None = None
    over_at: dt.datetime | None = None
    receipt: bool = False
    notices: Sequence[Told] = ()


class Decision(NamedTuple):
    """The step that comes now; why it is over, or else when it is looked at next."""

    step: Step | None
    ended: str
    due: dt.datetime | None


def decide(watched: Watched, known: Known, now: dt.datetime) -> Decision:
    """What is done about a notice now: one step at most, the next one that is due."""
    if why := ended(watched, known, now):
        return Decision(None, why, None)
    left = watched.steps[watched.taken :]
    if not left:
        return Decision(None, DONE, None)
    if watched.since + left[0].after > now:
        return Decision(None, "", watched.since + left[0].after)
    if len(left) == 1:
        return Decision(left[0], DONE, None)
    return Decision(left[0], "", watched.since + left[1].after)


def ended(watched: Watched, known: Known, now: dt.datetime) -> str:
    """Why nobody has to wait for its being read any more; empty: somebody has."""
    if known.seen >= watched.notice_number or known.receipt:
        return READ
    if known.acted_at and known.acted_at > watched.said_at:
        return ACTED
    if any(_takes_away(told, watched.told) for told in known.notices):
        return TAKEN_AWAY
    if known.over_at and known.over_at > watched.said_at:
        return CLOSED
    return EXPIRED if watched.expires_at and watched.expires_at <= now else ""


def expires_at(kind: str, about: Mapping[str, Any], said_at: dt.datetime) -> dt.datetime | None:
    """From when on a notice is of no use: an offer when it ends, work when it is late (others watch that); what tells
    of a delay has no end."""
    moment = about.get("until" if kind == OFFERED else "due_at")
    end = dt.datetime.fromisoformat(moment) if moment else None
    return end if end and end > said_at else None


def _takes_away(told: Told, watched: Told) -> bool:
    """Whether by this the work is not that member's any more; what was offered to many is somebody's."""
    if told.place < watched.place:
        return False
    own = told.member_id == watched.member_id and told.kind in TAKING
    return own or (watched.kind == OFFERED and told.kind == ASSIGNED)


def leaders_of(
    member: str, area: str | None, parents: Mapping[str, str | None], heads: Mapping[str, Sequence[str]]
) -> tuple[str, ...]:
    """Who leads the nearest area around a member, the own one first, and is not that member; where nobody does, the
    desk. `heads`: by area; by DESK, those of the desk."""
    for place in [*reversed(path_of(area, parents)), DESK]:
        if others := [head for head in heads.get(place, ()) if head != member]:
            return tuple(others)
    return ()
