"""The claim pool (抢单): work that anybody on duty may take. Whoever claims it first has it; when its time in the pool
is over, the town's policy says who gets it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any, Protocol

from services.dispatch.domain import order as orders
from services.dispatch.domain import starting
from services.dispatch.domain.assignment import Choice, Roster
from services.dispatch.domain.calendar import Calendar
from services.dispatch.domain.escalation import Terms
from services.dispatch.domain.limits import after
from services.dispatch.domain.order import POOLED, Change, Moved, Order
from services.dispatch.domain.parts import Offer
from services.dispatch.domain.policy import TOWN, Matter
from services.dispatch.domain.posts import Member
from services.dispatch.domain.words import DEPARTMENTS, both

TOLD = 50  # members who are told of an offer; everybody who may take it finds it in the pool


class Around(Protocol):
    """What deciding needs besides the order."""

    @property
    def roster(self) -> Roster: ...
    @property
    def calendar(self) -> Calendar: ...
    @property
    def now(self) -> dt.datetime: ...


def offered(case: dict[str, Any], order_id: str, round_: int, terms: Terms, around: Around) -> Moved | None:
    """A new order in the pool; None when no policy wants it there, or nobody on duty could take it; a
    service order has runners of its own."""
    matter = Matter.of(case)
    policy = around.roster.policies.about(matter)
    if (
        matter.errand
        or policy.pool is None
        or not (matter.grid_id or policy.to in DEPARTMENTS or policy.pool.among == TOWN)
    ):
        return None
    may = around.roster.may_take(matter, policy.to, policy.pool.among)
    if not may:
        return None
    order = starting.unassigned(case, order_id, round_, terms, around.now)
    until = after(around.calendar, around.now, policy.pool.within)
    order = replace(order, offer=Offer(policy.to, policy.pool.among, until, policy.name).within(order.due_at))
    return Moved(order, (_pooled(order, may),))


def _pooled(order: Order, may: list[Member]) -> Change:
    assert order.offer
    zh = f"规则“{order.offer.policy}”:{len(may)} 人可认领"
    why = both(zh, f"policy {order.offer.policy!r}: {len(may)} may claim it")
    said = {
        "unit": order.unit,
        "until": order.offer.until.isoformat(),
        "why": why,
        "offered_to": [member.member_id for member in may[:TOLD]],
    }
    return Change("pooled", order, None, "rule", why, said=said)


def refusal(order: Order, member_id: str, roster: Roster) -> tuple[str, str, str] | None:
    """Why this member may not claim it: code, Chinese, English; None when it may."""
    if order.member_id == member_id:
        return "yours_already", "工单已由您办理", "you have it already"
    if order.state != POOLED or order.offer is None:
        return "taken", "已被他人认领或已派出,无需再抢", "somebody else has it already"
    member = roster.member(member_id)
    if member is None or not member.on_duty:
        return "off_duty", "您当前不在岗,不能认领", "you are not on duty now"
    may = roster.may_take(order.matter, order.offer.to, order.offer.among)
    if all(one.member_id != member_id for one in may):
        return "not_for_you", "此工单不在您的网格或专长范围内", "it is not for your grid, role or skills"
    return None


def claimed(order: Order, member_id: str, around: Around) -> Moved:
    """The first who claims it has it, and has taken it on by that."""
    assert order.offer
    member = around.roster.member(member_id)
    assert member
    why = both(f"本人认领(规则“{order.offer.policy}”)", f"claimed it (policy {order.offer.policy!r})")
    choice = replace(around.roster.chosen(member, why), policy=order.offer.policy)
    moved = orders.hand_over(order, choice, around.now, around.calendar)
    taken = orders.acknowledged(moved.order, member_id, around.now)
    return Moved(taken.order, (*moved.changes, *taken.changes))


def expired(order: Order, around: Around) -> Moved | None:
    """Nobody has claimed it in time: it is given out. None when there is nobody at all, not even at the desk."""
    choice = around.roster.handler(order.matter)
    if choice is None:
        return None
    zh, en = "认领时限已过", "nobody has claimed it in time"
    told: Choice = replace(choice, why=f"{both(zh, en)}; {choice.why}")
    return orders.hand_over(order, told, around.now, around.calendar)
