"""What members have read: they say so, ask for what comes after it, or act on what they were told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from marshmallow import ValidationError

from services.notify import channels, messages
from services.notify.domain.transitions import name_of
from services.notify.domain.unread import ACTING, ENDING
from services.notify.store import OpenWork, Row, Work
from shared.messaging.arrival import Arrival
from shared.messaging.envelope import Unreadable, decode
from shared.messaging.message import Heard

CATCH_UP_MOST = 500  # notices for one catch-up; whoever has missed more asks again
READ = "action.read.v1"
EVERYBODY = ""
_CATCH_UP, _READ = messages.CatchUp(), messages.Read()


class Said(NamedTuple):
    """What a member's client says: how far its member has read; after which notice others are missing, if it asks."""

    seen: int
    after: int | None = None


def hear_members(arrivals: Sequence[Arrival], open_work: OpenWork) -> list[str]:
    """How far members have read is kept; those who have missed notices get them again, with the numbers they had."""
    with open_work() as work:
        work.unpark(arrivals)
        seen: dict[str, int] = {}
        missing: dict[str, int] = {}
        for arrival in arrivals:
            member, said = arrival.publisher, _said(arrival, work)
            if member and said:
                seen[member] = max(said.seen, seen.get(member, 0))
                if said.after is not None:
                    missing[member] = min(said.after, missing.get(member, said.after))
        work.put_seen(seen)
        for member, after in sorted(missing.items()):
            channels.send_notices(work.notices_after(member, after, CATCH_UP_MOST), work)
        work.commit()
    return ["done"] * len(arrivals)


def have_read(upto: Mapping[str, int], open_work: OpenWork) -> None:
    """These members have read up to these numbers."""
    with open_work() as work:
        work.put_seen(upto)
        work.commit()


def acts_in(transitions: Sequence[Heard]) -> list[Row]:
    """Who has acted on which case, and which cases are over."""
    return [act for message in transitions for act in _acts(message)]


def _acts(message: Heard) -> list[Row]:
    name = name_of(message.event.type)
    act = {"number": message.number, "at": message.event.time}
    if name in ENDING:
        return [act | {"member_id": EVERYBODY}]
    member = vars(message).get(ACTING[name]) if name in ACTING else None
    return [act | {"member_id": member}] if member else []


def acts_of_answers(answers: Sequence[Heard]) -> list[Row]:
    """Who has acted on which case: whoever was answered, whatever the answer was."""
    return [
        {"number": answer.number, "at": answer.event.time, "member_id": answer.member_id}
        for answer in answers
        if answer.number
    ]


def _said(arrival: Arrival, work: Work) -> Said | None:
    """None, and set aside, when it cannot be read."""
    try:
        if not arrival.publisher:
            raise Unreadable("no user_id: publish actions with the property user_id, so that the broker checks it")
        event = decode(arrival.body)[0]
        if event.type == READ:
            return Said(_READ.load(event.data)["upto"])
        asked = _CATCH_UP.load(event.data)
        return Said(asked.get("seen", asked["after"]), asked["after"])
    except (Unreadable, ValidationError, IndexError) as error:
        work.set_aside(arrival, str(error) or "the batch is empty")
        return None
