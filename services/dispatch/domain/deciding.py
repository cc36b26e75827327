"""What an action is and what deciding about it needs; a refusal says why, so that people and programs understand it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from services.dispatch.domain.assignment import Roster
from services.dispatch.domain.calendar import Calendar
from services.dispatch.domain.conduct import Conduct
from services.dispatch.domain.order import Moved, Order
from services.dispatch.domain.words import both, happened


class Position(NamedTuple):
    """Where a member is; degrees, WGS84."""

    lon: float
    lat: float


@dataclass(frozen=True)
class Action:
    """What a member wants to do; `command_id` makes it safe to send again, `at` is when the member did it."""

    command_id: str
    member_id: str
    action: str
    order_id: str | None = None
    number: str | None = None
    version: int | None = None
    at: dt.datetime | None = None
    note: str = ""
    evidence: tuple[str, ...] = ()
    reason: str = ""
    passed: bool | None = None
    before: tuple[str, ...] = ()
    position: Position | None = None
    to: str = ""
    until: dt.datetime | None = None


class Refused(NamedTuple):
    """Why an action is not done; `code` for programs, `reason` for people."""

    code: str
    reason: str


class Past(NamedTuple):
    """One entry of an order's journal: what has happened with which version, and who did it."""

    version: int
    what: str
    who: str


class Circumstances(NamedTuple):
    """What deciding needs besides the order: who could get it, the town's calendar, the clock; what the town asks of
    members; the cases (category, lon, lat) and, where an action was made for an older version, what came since."""

    roster: Roster
    calendar: Calendar
    now: dt.datetime
    conduct: Conduct = Conduct()
    cases: Mapping[str, Mapping[str, Any]] = {}
    since: Mapping[str, list[Past]] = {}


Decided = Moved | Refused


def refused(code: str, zh: str, en: str) -> Refused:
    return Refused(code, both(zh, en))


def nothing_said(*fields: str) -> Refused:
    names = " / ".join(fields)
    return refused("nothing_said", f"请填写 {names}", f"say something in {names}")


def says_nothing(action: Action) -> bool:
    return not action.note.strip() and not any(item.strip() for item in (*action.evidence, *action.before))


def moved_on(order: Order, action: Action, around: Circumstances) -> Refused | None:
    """Whether the order is another than the member saw. What the member did meanwhile counts as seen: whoever was
    offline acknowledges, reports progress and resolves with the version that was there at the beginning."""
    if action.version is None or action.version == order.version:
        return None
    since = [past for past in around.since.get(order.id, ()) if past.version > action.version]
    own = {past.version for past in since if past.who == action.member_id}
    if action.version < order.version and own.issuperset(range(action.version + 1, order.version + 1)):
        return None
    others = [(happened(past.what), past.who) for past in since if past.who != action.member_id]
    meanwhile_zh = ",其间:" + "、".join(f"{what.zh}({who})" for what, who in others) if others else ""
    meanwhile_en = "; meanwhile: " + ", ".join(f"{what.en} ({who})" for what, who in others) if others else ""
    return refused(
        "version_moved_on",
        f"工单已更新(第 {order.version} 版{meanwhile_zh}),请刷新",
        f"the order has moved on to version {order.version}{meanwhile_en}: look again",
    )


def clock_time(moment: dt.datetime, around: Circumstances) -> str:
    """Day and time on the clocks of the town."""
    return moment.astimezone(around.calendar.zone).strftime("%Y-%m-%d %H:%M")
