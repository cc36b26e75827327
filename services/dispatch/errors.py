"""Errors of dispatch. What a member may not do is no error but an answer (domain/actions.py).

DispatchError
├── ActionUnreadable   an action does not say what it must; `reasons` name each field and the way to repair it
├── SignInRefused      who signs in has not proven who it is; never says which part was wrong
│   ├── CodeWanted     the password is right, and a one-time code is asked for, too
│   ├── AccountUnknown the chat platform knows the person, the town does not
│   └── SessionOver    the refresh token is of a session that has ended
├── TooOften           too many tries; `seconds` until the next is looked at
├── PasswordRefused    a new password is needed, or is not good enough
├── NotNow             what is needed for it does not answer; the same again later is right
├── NothingSuch        no such member, session or chat platform, or not for the one who asks
├── DutyRefused        a roster, a change of duty or a leave is not right; `reasons` likewise
├── LeaveUnknown       there is no such leave, or not for who asks
├── InterviewUnknown   there is no such interview
├── NothingLoaded      no calendar is in force yet
├── CaseUnknown        no case has this number
├── OrderUnknown       no order has this id
├── MemberUnfit        whoever was named does not do such work, or not now
├── ServiceUnknown     there is no such item on the town's service list, or it is on it no more
├── NotPossible        the state of the order does not allow it
│   ├── SlotTaken      an appointment cannot be had; `free` are slots that can
│   └── MovedOn        the order has moved on since the caller looked at it
├── ProjectUnknown     there is no such project or task, or not for who asks
├── NotTheirs          who asks may see it, and not do this to it
├── ProjectRefused     a project, a task, or what is done to it is not right; `reasons` likewise
├── AreaUnknown        there is no such area, or no more
├── EntriesRefused     rows about areas or members are wrong, or do not go together; nothing of the file was kept
└── RedrawingRefused   grids cannot be split or merged like that
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class DispatchError(Exception):
    """Base of what can go wrong in dispatch."""


class ActionUnreadable(DispatchError):
    def __init__(self, reasons: list[dict[str, Any]]):
        super().__init__("; ".join(f"{r['field']}: {r['problem']}" for r in reasons))
        self.reasons = reasons


class SignInRefused(DispatchError):
    """The text is the same whether there is such a member or not."""

    def __init__(self, text: str = "编号或密码不正确 / the member id or the password is not right"):
        super().__init__(text)


class CodeWanted(SignInRefused):
    def __init__(self) -> None:
        super().__init__("请输入正确的动态口令 / a one-time code is needed: send it as `code`")


class AccountUnknown(SignInRefused):
    def __init__(self) -> None:
        super().__init__(
            "该账号尚未绑定,请先用密码登录 / this account is not linked: sign in with a password, then link it"
        )


class SessionOver(SignInRefused):
    def __init__(self) -> None:
        super().__init__("登录已失效,请重新登录 / the session is over: sign in again")


class TooOften(DispatchError):
    def __init__(self, seconds: float):
        super().__init__("尝试次数过多,请稍后再试 / too many tries: wait as Retry-After says")
        self.seconds = seconds


class PasswordRefused(DispatchError):
    """`why` in Chinese and English."""

    def __init__(self, why: str):
        super().__init__(why)


class NotNow(DispatchError):
    """The text says what does not answer."""


class NothingSuch(DispatchError):
    """The text says what there is not."""


class DutyRefused(DispatchError):
    def __init__(self, reasons: list[dict[str, Any]]):
        super().__init__("; ".join(f"{r['field']}: {r['problem']}: {r['repair']}" for r in reasons))
        self.reasons = reasons


class LeaveUnknown(DispatchError):
    def __init__(self, leave_id: str):
        super().__init__(f"there is no leave {leave_id[:40]!r} that you may see")


class InterviewUnknown(DispatchError):
    def __init__(self, interview_id: str):
        super().__init__(f"there is no interview {interview_id[:40]!r}: GET /dispatch/interviews lists them")


class NothingLoaded(DispatchError):
    def __init__(self) -> None:
        super().__init__("no calendar is in force: load the town")


class CaseUnknown(DispatchError):
    def __init__(self, number: str):
        super().__init__(f"there is no case {number!r} here: look the number up with GET /dispatch/orders")


class OrderUnknown(DispatchError):
    def __init__(self, order_id: str):
        super().__init__(f"there is no order {order_id!r}: look its id up with GET /dispatch/orders")


class MemberUnfit(DispatchError):
    """`why` says what is the matter with whoever was named."""


class NotPossible(DispatchError):
    """`why` says what is the matter."""


class MovedOn(NotPossible):
    def __init__(self, round_: int, version: int):
        super().__init__(f"the order has moved on to round {round_}, version {version}: look again")


class ProjectUnknown(DispatchError):
    def __init__(self, what: str, key: str):
        super().__init__(f"there is no {what} {key[:40]!r} that you may see")


class NotTheirs(DispatchError):
    """The text says whose it is to do."""


class ProjectRefused(DispatchError):
    """`reasons` are about what was sent, or (fields `state` and `version`) about how things stand."""

    def __init__(self, reasons: list[dict[str, Any]]):
        super().__init__("\n".join(f"{r['field']}: {r['problem']}: {r['repair']}" for r in reasons))
        self.reasons = reasons


class ServiceUnknown(DispatchError):
    def __init__(self, code: str):
        super().__init__(f"there is no service {code[:40]!r}: see GET /dispatch/services")


class SlotTaken(NotPossible):
    def __init__(self, why: str, free: Sequence[tuple[str, str]]):
        super().__init__(why)
        self.free = list(free)  # place and begin


class AreaUnknown(DispatchError):
    def __init__(self, grid_id: str):
        super().__init__(f"there is no area {grid_id[:60]!r}: it may have been split or merged")


class EntriesRefused(DispatchError):
    """`rows` are the outcomes of the rows that are refused, `town` is what is wrong with the town as a whole."""

    def __init__(self, rows: Sequence[Any], town: Sequence[Any] = ()):
        told = [f"row {row.row} ({row.key}): {_told(reason)}" for row in rows for reason in row.reasons]
        super().__init__("\n".join(["nothing of it was kept", *told, *map(_told, town)]))
        self.rows, self.town = list(rows), list(town)

    @property
    def reasons(self) -> list[dict[str, Any]]:
        rows = [(f"row {row.row}: {reason.field}", reason) for row in self.rows for reason in row.reasons]
        return _reasons([*rows, *((reason.field, reason) for reason in self.town)])


class RedrawingRefused(DispatchError):
    def __init__(self, problems: Sequence[Any]):
        super().__init__("; ".join(map(_told, problems)))
        self.reasons = _reasons([(problem.field, problem) for problem in problems])


def _told(problem: Any) -> str:
    return f"{problem.field}: {problem.problem}: {problem.repair}"


def _reasons(named: Sequence[tuple[str, Any]]) -> list[dict[str, Any]]:
    return [{"field": field, "problem": problem.problem, "repair": problem.repair} for field, problem in named]
