"""Errors of dispatch. What a member may not do is no error but an answer (domain/actions.py).

DispatchError
└── ActionUnreadable   an action does not say what it must; `reasons` name each field and the way to repair it
"""

from __future__ import annotations

from typing import Any


class DispatchError(Exception):
    """Base of what can go wrong in dispatch."""


class ActionUnreadable(DispatchError):
    def __init__(self, reasons: list[dict[str, Any]]):
        super().__init__("; ".join(f"{r['field']}: {r['problem']}" for r in reasons))
        self.reasons = reasons
