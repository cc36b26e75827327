"""Leave (请假): asked for by a member, decided by somebody else, with a delegate who stands in; or why not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from services.dispatch.domain.stretches import Stretch
from services.dispatch.domain.words import both

ASKED, GRANTED, REFUSED, CANCELLED = "asked", "granted", "refused", "cancelled"
HOLDING = (ASKED, GRANTED)  # takes part in what may overlap
LONGEST = dt.timedelta(days=366)


@dataclass(frozen=True)
class Request:
    """A leave in its state; `asked_by` may be the desk for somebody who is ill."""

    leave_id: str
    member_id: str
    stretch: Stretch
    delegate_id: str | None
    reason: str
    state: str
    asked_by: str
    decided_by: str | None = None
    decided_why: str = ""


class Reason(NamedTuple):
    """Why something about a leave is not done: the field, what is wrong, how to repair it."""

    field: str
    problem: str
    repair: str


def wrong_with(asked: Request, others: Iterable[Request], members: Container[str], now: dt.datetime) -> list[Reason]:
    """What keeps a leave from being asked for or granted. `others` are leaves of the member and the delegate,
    `members` those who get work at all."""
    reasons = []
    start, end = asked.stretch
    if start >= end or end <= now:
        reasons.append(
            Reason(
                "ends_at",
                both("结束时间须晚于开始时间和现在", "it ends before it begins, or is over"),
                "give a later end",
            )
        )
    if end - start > LONGEST:
        reasons.append(
            Reason("ends_at", both("请假不得超过 366 天", "it is longer than 366 days"), "give an earlier end")
        )
    if asked.member_id not in members:
        reasons.append(Reason("member_id", f"there is no member {asked.member_id!r} who gets work", "correct it"))
    if asked.delegate_id is not None:
        reasons += _delegate(asked, members)
    for other in others:
        if other.leave_id == asked.leave_id or other.state not in HOLDING or not other.stretch.meets(asked.stretch):
            continue
        if other.member_id == asked.member_id:
            words = both("与已有请假时间重叠", f"it overlaps the leave {other.leave_id}")
            reasons.append(Reason("starts_at", words, "cancel the other first, or choose another time"))
        elif other.member_id == asked.delegate_id and other.state == GRANTED:
            words = both("代办人该时段也请假", "the delegate is on leave then")
            reasons.append(Reason("delegate_id", words, "choose somebody else"))
    return reasons


def _delegate(asked: Request, members: Container[str]) -> list[Reason]:
    if asked.delegate_id == asked.member_id:
        return [
            Reason("delegate_id", both("不能由本人代办", "nobody stands in for themselves"), "choose somebody else")
        ]
    if asked.delegate_id not in members:
        return [Reason("delegate_id", f"there is no member {asked.delegate_id!r} who gets work", "correct it")]
    return []


def decided(leave: Request, granted: bool, by: str, why: str) -> Request | Reason:
    """The leave after a decision, or why this is nobody's decision (any more)."""
    if leave.state != ASKED:
        return Reason("state", both(f"该请假已是 {leave.state}", f"it is {leave.state} already"), "look at it again")
    if by == leave.member_id:
        return Reason("by", both("不能审批自己的请假", "nobody decides about their own leave"), "ask somebody else")
    return replace(leave, state=GRANTED if granted else REFUSED, decided_by=by, decided_why=why)


def cancelled(leave: Request, by: str, why: str, now: dt.datetime) -> Request | Reason:
    """The leave taken back, or ended now when it has begun: the member is there again."""
    if leave.state not in HOLDING or leave.stretch.end <= now:
        return Reason("state", both(f"该请假已结束({leave.state})", f"it is over ({leave.state})"), "ask for a new one")
    if leave.state == GRANTED and leave.stretch.start < now:
        return replace(leave, stretch=Stretch(leave.stretch.start, now), decided_by=by, decided_why=why)
    return replace(leave, state=CANCELLED, decided_by=by, decided_why=why)
