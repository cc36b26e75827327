"""Why something that was sent does not fit: for each field what is wrong, and how to repair it."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError

MOST, LONGEST_NAME = 20, 100  # a body of ten thousand wrong fields gets no answer of a megabyte


def reasons_of(error: ValidationError) -> list[dict[str, str]]:
    """`field` (a path like place.lon), `problem` and `repair` of each field that does not fit."""
    return _reasons(error.normalized_messages(), "")[:MOST]


def _reasons(messages: dict[str, Any], path: str) -> list[dict[str, str]]:
    found = []
    for name, problem in messages.items():
        at = (f"{path}.{name}" if path else str(name))[:LONGEST_NAME]
        if isinstance(problem, dict):
            found += _reasons(problem, at)
        else:
            text = " ".join(map(str, problem)) if isinstance(problem, list) else str(problem)
            found.append({"field": at, "problem": text, "repair": _repair(at, text)})
    return found


def _repair(at: str, problem: str) -> str:
    if "Unknown field" in problem:
        return f"leave {at} out: nobody reads it"
    if "Missing data" in problem:
        return f"send {at}"
    return f"correct {at}"
