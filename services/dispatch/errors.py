"""Errors of dispatch. What a member may not do is no error but an answer (domain/actions.py).

DispatchError
├── ActionUnreadable   an action does not say what it must; `reasons` name each field and the way to repair it
├── CaseUnknown        no case has this number
├── OrderUnknown       no order has this id
├── MemberUnfit        whoever was named does not do such work, or not now
└── NotPossible        the state of the order does not allow it
    └── MovedOn        the order has moved on since the caller looked at it
"""

from __future__ import annotations

from typing import Any


class DispatchError(Exception):
    """Base of what can go wrong in dispatch."""


class ActionUnreadable(DispatchError):
    def __init__(self, reasons: list[dict[str, Any]]):
        super().__init__("; ".join(f"{r['field']}: {r['problem']}" for r in reasons))
        self.reasons = reasons


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
