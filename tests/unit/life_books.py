"""The books about a work order: what dispatch says has happened, entered into the model one change after the other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from services.dispatch.domain.order import Change
from tests.unit.life_model import LEGAL, Life
from tests.unit.life_permits import DESK, POSTS

Entry = Callable[[Life, Change, float], None]


def enter(life: Life, change: Change, now: float, step: int | None = None) -> None:
    """One change: it must be legal where the order stands, and nobody has it twice. `step`: of the ladder."""
    assert life.state in LEGAL[change.kind], f"{change.kind} of an order that is {life.state}"
    life.state, life.version = LEGAL[change.kind][life.state] or life.state, life.version + 1
    for role, _ in change.ends:
        assert life.held.pop(role, None), f"nobody was {role}"
    for role, choice in change.starts:
        assert role not in life.held, f"two are {role} at a time"
        assert choice.why
        life.held[role] = choice.member.member_id
    if change.kind == "escalated":
        assert step and step not in life.came, "a step comes twice"
        life.came.add(step)
    if change.kind == "assigned":
        life.handed_over(now, step)
    if change.kind in _ENTRIES:
        _ENTRIES[change.kind](life, change, now)
    life.handler, life.checker = life.held.get("handler", ""), life.held.get("checker")
    life.unit = POSTS[life.handler][1] if life.handler else life.unit


def _nothing_asked(life: Life, change: Change, now: float) -> None:
    life.asked = None


def _returned(life: Life, change: Change, now: float) -> None:
    life.returned.append(life.unit)


def _transferred(life: Life, change: Change, now: float) -> None:
    life.transfers += change.who not in DESK


def _raised(life: Life, change: Change, now: float) -> None:
    said = change.said
    until = life.town.minute(dt.datetime.fromisoformat(said["until"]))
    life.asked = said["request"], change.who, said["approver_id"], until
    assert said["approver_id"] != change.who, "nobody decides about their own request"


def _suspended(life: Life, change: Change, now: float) -> None:
    assert life.asked
    life.pauses.append([now, life.asked[3]])
    life.asked = None


def _resumed(life: Life, change: Change, now: float) -> None:
    life.pauses[-1][1] = min(life.pauses[-1][1], now)


def _extended(life: Life, change: Change, now: float) -> None:
    assert life.asked and life.resolve and not life.extensions, "an order is extended once at most"
    until = life.asked[3]
    life.extended(until)
    life.asked = None
    assert life.due is not None and life.town.between(life.due, until, life.resolve.unit) < 0.01
    assert life.due < until + 0.01, "the date that was granted holds"


def _helps(life: Life, change: Change, now: float) -> None:
    assert change.said["unit"] not in life.helping
    life.helping[change.said["unit"]] = change.said["assistant_id"]


def _helps_no_more(life: Life, change: Change, now: float) -> None:
    del life.helping[change.said["unit"]]
    life.answering.pop(change.said["unit"], None)


def _awaited(life: Life, change: Change, now: float) -> None:
    """Somebody is reminded, or it goes one level up; never to whoever has asked for it."""
    owing, part = change.said["to_member_id"], (*change.requests, *change.assists)[0]
    assert owing != part.asked_by or owing == change.said["from_member_id"]
    fired = {(part.number, nudge.number) for nudge in part.watch if nudge.fired_at} - life.reminded
    assert len(fired) == 1, "a reminder comes twice, or two at a time"
    life.reminded |= fired
    assert all(life.town.minute(nudge.at) <= now for nudge in part.watch if nudge.at and nudge.fired_at), "early"
    if change.requests:
        assert life.asked
        life.asked = (*life.asked[:2], owing, life.asked[3])
    elif owing != change.said["from_member_id"]:
        life.answering[change.assists[0].unit] = owing


def _resolved(life: Life, change: Change, now: float) -> None:
    assert not life.helping, "done while another unit assists"
    life.asked = None


_ENTRIES: dict[str, Entry] = {
    "assigned": _nothing_asked,
    "returned": _returned,
    "transferred": _transferred,
    "request_raised": _raised,
    "request_denied": _nothing_asked,
    "suspended": _suspended,
    "resumed": _resumed,
    "extended": _extended,
    "awaited": _awaited,
    "assist_asked": _helps,
    "assist_done": _helps_no_more,
    "assist_released": _helps_no_more,
    "resolved": _resolved,
    "withdrawn": _nothing_asked,
    "cancelled": _nothing_asked,
}
