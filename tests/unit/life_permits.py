"""What domain.md allows whom to do with a work order, and what it forbids: told of the model in `life_model.py`."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from tests.unit.life_model import AT_WORK, Life
from tests.unit.qiuchuan import CREW, NAMES

POSTS = {name: (role, unit) for name, role, unit in CREW}
LEADS = {unit: name for name, role, unit in CREW if role == "leader"}
DESK = [name for name, (role, _) in POSTS.items() if role == "desk"]
IN_HAND = ("dispatched", "in_progress")
WHEN = {  # in which states of the order
    "acknowledge": ("dispatched",),
    "return": IN_HAND,
    "transfer": IN_HAND,
    "resume": ("suspended",),
    "assist_done": AT_WORK,
    "release": AT_WORK,
    "verify": ("resolved",),
    "cancel": (*AT_WORK, "resolved"),
} | dict.fromkeys(("progress", "suspend", "extend", "approve", "deny", "assist", "resolve"), ("in_progress",))
NEEDS_WORDS = {*WHEN} - {"acknowledge", "approve", "resume", "verify"}


class Wish(NamedTuple):
    """What comes with an action."""

    to: str
    ahead: int  # minutes
    passed: bool | None
    says: str
    stale: int  # versions


def on_duty(off: Collection[str], *roles: str, but: str = "") -> list[str]:
    return [name for name, (role, _) in POSTS.items() if role in roles and name not in off and name != but]


def forbids(life: Life, now: float, off: Collection[str], what: str, who: str, wish: Wish) -> str | None:
    """Why the field does not allow this; None when it does."""
    role, unit = POSTS[who]
    if what == "claim":
        mine = unit == life.grid and role in ("worker", "leader") and who not in off
        return None if life.state == "pooled" and mine else "it is not to be claimed"
    if wish.stale:
        return "it has moved on"
    if who not in _whose(life, what):
        return "it is for somebody else"
    if life.state not in WHEN[what]:
        return f"it is {life.state}"
    if what in NEEDS_WORDS and not wish.says.strip():
        return "nothing is said"
    return _FURTHER[what](life, now, off, who, wish) if what in _FURTHER else None


def _whose(life: Life, what: str) -> list[str]:
    if what == "verify":
        return [life.checker] if life.checker else []
    if what == "cancel":
        return DESK
    if what == "assist_done":
        return [*life.helping.values(), *life.answering.values()]
    if what in ("approve", "deny"):
        if not life.asked:
            return list(NAMES)
        _, asker, approver, _ = life.asked
        deciding = {approver, LEADS.get(life.grid or ""), *DESK}
        return [name for name in NAMES if name in deciding and name != asker]
    return [life.handler]


def _return(life: Life, now: float, off: Collection[str], who: str, wish: Wish) -> str | None:
    return "the unit has returned it before" if life.unit in life.returned else None


def _transfer(life: Life, now: float, off: Collection[str], who: str, wish: Wish) -> str | None:
    if who not in DESK and life.transfers >= 2:
        return None  # the desk coordinates
    there = _in_unit(off, wish.to, who)
    return None if wish.to != life.unit and there else "no such unit"


def _suspend(life: Life, now: float, off: Collection[str], who: str, wish: Wish) -> str | None:
    approves = on_duty(off, "leader", "desk", but=who)
    fits = wish.ahead > 0 and not life.asked and approves
    return None if fits else "it is in the past, or asked already, or nobody is there to approve"


def _extend(life: Life, now: float, off: Collection[str], who: str, wish: Wish) -> str | None:
    due, latest = life.due, life.latest()
    if due is None or latest is None or now > due or life.extensions:
        return "it has no deadline, is late, or was extended before"
    return _suspend(life, now, off, who, wish) or (
        None if due < now + wish.ahead <= latest + 1e-6 else "too short or too long"
    )


def _approve(life: Life, now: float, off: Collection[str], who: str, wish: Wish) -> str | None:
    if not life.asked:
        return "nothing is asked"
    kind, _, _, until = life.asked
    pointless = until <= now or (kind == "extend" and (life.due is None or until <= life.due))
    return "it makes no difference any more" if pointless else None


def _deny(life: Life, now: float, off: Collection[str], who: str, wish: Wish) -> str | None:
    return None if life.asked else "nothing is asked"


def _assist(life: Life, now: float, off: Collection[str], who: str, wish: Wish) -> str | None:
    beyond = wish.ahead <= 0 or (life.due is not None and now + wish.ahead > life.due)
    return None if not beyond and wish.to not in life.helping and _in_unit(off, wish.to, who) else "no such help"


def _release(life: Life, now: float, off: Collection[str], who: str, wish: Wish) -> str | None:
    named = [unit for unit, member in life.helping.items() if wish.to in ("", unit, member)]
    return None if len(named) == 1 else "it is not clear whom"


def _resolve(life: Life, now: float, off: Collection[str], who: str, wish: Wish) -> str | None:
    checks = on_duty(off, "leader", "checker", "desk", but=who)
    return "somebody still assists, or nobody is there to check" if life.helping or not checks else None


def _verify(life: Life, now: float, off: Collection[str], who: str, wish: Wish) -> str | None:
    told = wish.passed or (wish.passed is False and wish.says.strip())
    return None if told else "it does not say how it was"


def _in_unit(off: Collection[str], unit: str, but: str) -> list[str]:
    there = on_duty(off, "worker", "leader", "desk", but=but)
    return [name for name in there if unit and (POSTS[name][1] == unit or POSTS[name][0] == unit == "desk")]


_FURTHER = {
    "return": _return,
    "transfer": _transfer,
    "suspend": _suspend,
    "extend": _extend,
    "approve": _approve,
    "deny": _deny,
    "assist": _assist,
    "release": _release,
    "resolve": _resolve,
    "verify": _verify,
}
