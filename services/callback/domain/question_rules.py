"""What is wrong in the part `questions` of a rule set: each mistake with its place, so that its line can be named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from services.callback.domain.questions import REASONS_ID, SATISFIED_ID, SOLVED_ID
from shared.checks import Place, Problem, keys

PARTS = (SOLVED_ID, SATISFIED_ID, REASONS_ID, "more")
_ID = re.compile(r"[a-z][a-z0-9_]{0,29}")
_MOST, _LONGEST = 30, 200  # questions, reasons or options of a list; characters of a text


def question_problems(data: Any, at: Place = ("questions",)) -> Iterator[Problem]:
    """All that is wrong; nothing when the questions can be asked."""
    if not isinstance(data, dict):
        yield at, "the questions are no mapping", "write questions: {solved: {zh: …, en: …}, reasons: [...]}"
        return
    for key in data.keys() - set(PARTS):
        yield (*at, key), f"nobody reads {key!r}", f"use {', '.join(PARTS)}"
    for key in (SOLVED_ID, SATISFIED_ID):
        if key in data:
            yield from _worded(data[key], (*at, key), ("zh", "en"))
    yield from _list(data.get(REASONS_ID, []), (*at, REASONS_ID), ("id", "zh", "en"), ("category",))
    more = data.get("more", [])
    yield from _list(more, (*at, "more"), ("id", "zh", "en", "options"), ())
    for n, question in enumerate(more if isinstance(more, list) else ()):
        if not isinstance(question, dict):
            continue
        if question.get("id") in (SOLVED_ID, SATISFIED_ID, REASONS_ID):
            yield (*at, "more", n, "id"), f"{question['id']!r} is asked anyway", "name it otherwise"
        if "options" in question:
            yield from _list(question["options"], (*at, "more", n, "options"), ("id", "zh", "en"), (), fewest=2)


def _list(
    data: Any, at: Place, needed: tuple[str, ...], optional: tuple[str, ...], fewest: int = 0
) -> Iterator[Problem]:
    if not isinstance(data, list) or not fewest <= len(data) <= _MOST:
        yield at, f"this is no list of {fewest} to {_MOST}", f"write - {{{', '.join(f'{key}: …' for key in needed)}}}"
        return
    ids: set[str] = set()
    for n, item in enumerate(data):
        yield from _worded(item, (*at, n), needed, optional)
        name = item.get("id") if isinstance(item, dict) else None
        if isinstance(name, str):
            if not _ID.fullmatch(name):
                yield (*at, n, "id"), f"{name!r} is no name", "use small letters, digits and _, 30 at most"
            if name in ids:
                yield (*at, n, "id"), f"{name!r} stands twice", "give each a name of its own"
            ids.add(name)


def _worded(item: Any, at: Place, needed: tuple[str, ...], optional: tuple[str, ...] = ()) -> Iterator[Problem]:
    yield from keys(item, at, (*needed, *optional), needed)
    for key in item.keys() & {"id", "zh", "en", "category"} if isinstance(item, dict) else ():
        if not isinstance(item[key], str) or (not item[key] and key != "category") or len(item[key]) > _LONGEST:
            yield (*at, key), "it is no text", f"write 1 to {_LONGEST} characters; codes in quotes"
