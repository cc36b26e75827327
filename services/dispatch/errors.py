"""Errors of dispatch. What a member may not do is no error but an answer (domain/actions.py).

DispatchError
├── ActionUnreadable   an action does not say what it must; `reasons` name each field and the way to repair it
├── DutyRefused        a roster, a change of duty or a leave is not right; `reasons` likewise
├── LeaveUnknown       there is no such leave, or not for who asks
└── NothingLoaded      no calendar is in force yet
"""

from __future__ import annotations

from typing import Any


class DispatchError(Exception):
    """Base of what can go wrong in dispatch."""


class ActionUnreadable(DispatchError):
    def __init__(self, reasons: list[dict[str, Any]]):
        super().__init__("; ".join(f"{r['field']}: {r['problem']}" for r in reasons))
        self.reasons = reasons


class DutyRefused(DispatchError):
    def __init__(self, reasons: list[dict[str, Any]]):
        super().__init__("; ".join(f"{r['field']}: {r['problem']}: {r['repair']}" for r in reasons))
        self.reasons = reasons


class LeaveUnknown(DispatchError):
    def __init__(self, leave_id: str):
        super().__init__(f"there is no leave {leave_id[:40]!r} that you may see")


class NothingLoaded(DispatchError):
    def __init__(self) -> None:
        super().__init__("no calendar is in force: load the town")
