"""Errors of dispatch. What a member may not do is no error but an answer (domain/actions.py).

DispatchError
├── ActionUnreadable   an action does not say what it must; `reasons` name each field and the way to repair it
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
