"""What a member does to a work order: accepted with its changes, or refused with the reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from services.dispatch.domain import asking, assisting, handling, pool
from services.dispatch.domain.deciding import Action, Circumstances, Decided, moved_on, refused
from services.dispatch.domain.order import (
    AT_WORK,
    DISPATCHED,
    IN_PROGRESS,
    OVER,
    POOLED,
    RESOLVED,
    SUSPENDED,
    VERIFIED,
    Order,
)
from services.dispatch.domain.posts import DESK
from services.dispatch.domain.words import state_zh

Allowed = Callable[[Order, Action, Circumstances], bool]


class Rule(NamedTuple):
    """What an action does, the states that it may find the order in, and who may do it."""

    decide: Callable[[Order, Action, Circumstances], Decided]
    states: tuple[str, ...]
    allowed: Allowed
    versioned: bool = True  # refused when the order is another than the member saw


def act(order: Order | None, action: Action, around: Circumstances) -> Decided:
    """What becomes of the order."""
    if action.action not in ACTIONS:
        return refused("unknown_action", f"没有动作 {action.action!r}", f"there is no action {action.action!r}")
    if order is None:
        return refused("unknown_order", "没有此工单,请核对编号", "no such work order: check the number")
    if action.order_id and action.order_id != order.id:
        now = f"{order.round} ({order.id})"
        return refused("order_ended", f"该工单已结束,现为第 {now} 轮", f"that order has ended; now it is round {now}")
    rule = ACTIONS[action.action]
    if rule.versioned and (why := moved_on(order, action, around)):
        return why
    if not rule.allowed(order, action, around):
        return refused("not_yours", f"工单不由 {action.member_id} 负责", f"it is not for {action.member_id} to do")
    if order.state not in rule.states:
        wanted = " / ".join(rule.states)
        wanted_zh = "、".join(map(state_zh, rule.states))
        zh = f"工单{state_zh(order.state)},此操作须在{wanted_zh}时进行"
        return refused("wrong_state", zh, f"it is {order.state}, not {wanted}")
    return rule.decide(order, action, around)


def in_own_order(actions: Sequence[Action]) -> list[int]:
    """In which order actions are decided: those of one member by the times when that member did them, as a client that
    was offline sends them in whatever order; the clocks of different members are never held against each other."""
    places: dict[str, list[int]] = {}
    for place, action in enumerate(actions):
        places.setdefault(action.member_id, []).append(place)
    ordered = list(range(len(actions)))
    for mine in places.values():
        timed = [place for place in mine if actions[place].at]
        by_time = sorted(timed, key=lambda place: (actions[place].at, place))
        for place, chosen in zip(timed, by_time, strict=True):
            ordered[place] = chosen
    return ordered


def _claim(order: Order, action: Action, around: Circumstances) -> Decided:
    why_not = pool.refusal(order, action.member_id, around.roster)
    return refused(*why_not) if why_not else pool.claimed(order, action.member_id, around)


def _anybody(order: Order, action: Action, around: Circumstances) -> bool:
    return True


def _handles(order: Order, action: Action, around: Circumstances) -> bool:
    return action.member_id == order.member_id


def _checks(order: Order, action: Action, around: Circumstances) -> bool:
    """Whoever stands in for a checker on leave may, too; never about the own work."""
    return around.roster.acts_for(action.member_id, order.checker_id) and action.member_id != order.member_id


def _coordinates(order: Order, action: Action, around: Circumstances) -> bool:
    return any(post.role == DESK for post in around.roster.posts(action.member_id))


EVERY_STATE = (POOLED, *AT_WORK, RESOLVED, VERIFIED, *OVER)

ACTIONS: dict[str, Rule] = {
    # whoever comes too late is told so by the pool, whatever the order has become
    "claim": Rule(_claim, EVERY_STATE, _anybody, versioned=False),
    "acknowledge": Rule(handling.acknowledge, (DISPATCHED,), _handles),
    "progress": Rule(handling.progress, (IN_PROGRESS,), _handles),
    "return": Rule(handling.give_back, (DISPATCHED, IN_PROGRESS), _handles),
    "transfer": Rule(handling.transfer, (DISPATCHED, IN_PROGRESS), _handles),
    "suspend": Rule(asking.suspend, (IN_PROGRESS,), _handles),
    "extend": Rule(asking.extend, (IN_PROGRESS,), _handles),
    "approve": Rule(asking.approve, (IN_PROGRESS,), asking.may_approve),
    "deny": Rule(asking.deny, (IN_PROGRESS,), asking.may_approve),
    "resume": Rule(asking.resume, (SUSPENDED,), _handles),
    "assist": Rule(assisting.assist, (IN_PROGRESS,), _handles),
    "assist_done": Rule(assisting.assist_done, AT_WORK, assisting.assists),
    "release": Rule(assisting.release, AT_WORK, _handles),
    "resolve": Rule(handling.resolve, (IN_PROGRESS,), _handles),
    "verify": Rule(handling.verify, (RESOLVED,), _checks),
    "cancel": Rule(handling.cancel, (*AT_WORK, RESOLVED), _coordinates),
}
