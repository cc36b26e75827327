"""The town's own words: drafted, published, taken back. Every version and every change of what is in force stays, with
who and why; a published version is what everybody hears from then on, a draft nobody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.notify.domain.template_files import read_words
from services.notify.domain.templates import Source
from services.notify.errors import KindUnknown, NothingBefore, VersionUnknown, WordsRefused
from services.notify.store import OpenWork, Row, Work, shipped

PUBLISHED, ROLLED_BACK = "published", "rolled_back"


def draft_words(words: Mapping[str, Source], author: str, reason: str, open_work: OpenWork) -> list[dict[str, Any]]:
    """A new version of each of these kinds; they have been read by domain/template_files.py."""
    drafted = []
    with open_work() as work:
        for kind in sorted(words):
            version = work.lock_template(kind)["newest"] + 1
            row = {"kind": kind, "version": version, "words": words[kind], "author": author, "reason": reason}
            work.add_template(row)
            drafted.append({"kind": kind, "version": version, "state": "draft"})
        work.commit()
    return drafted


def publish_words(kind: str, version: int, reason: str, who: str, open_work: OpenWork) -> dict[str, Any]:
    """This version is in force from now on; 0 are the words that the product comes with. Raises NotifyError."""
    with open_work() as work:
        state = _state(kind, work)
        _check(kind, version, work)
        note = _note(kind, version, state, PUBLISHED, who, reason)
        work.note_template(note)
        work.commit()
    return {name: note[name] for name in ("kind", "version", "before")}


def roll_back_words(kind: str, reason: str, who: str, open_work: OpenWork) -> dict[str, Any]:
    """The version that was in force before the one that is: step by step, to the words that the product comes with.
    Raises NotifyError."""
    with open_work() as work:
        state = _state(kind, work)
        if state["in_force"] == 0 or state["before"] is None:
            raise NothingBefore(kind)
        note = _note(kind, state["before"], state, ROLLED_BACK, who, reason)
        work.note_template(note)
        work.commit()
    return {name: note[name] for name in ("kind", "version", "before")}


def _state(kind: str, work: Work) -> Row:
    if kind not in shipped().kinds:
        raise KindUnknown(kind)
    return work.lock_template(kind)


def _check(kind: str, version: int, work: Work) -> None:
    """A draft is held against what the product knows today: it may have been drafted with another one."""
    found = work.template_version(kind, version)
    if found is None:
        raise VersionUnknown(kind, version)
    _, problems = read_words({kind: found.words}, shipped().kinds)
    if problems:
        raise WordsRefused(f"{'.'.join(map(str, one.place))}: {one.problem}: {one.repair}" for one in problems)


def _note(kind: str, version: int, state: Row, action: str, who: str, reason: str) -> dict[str, Any]:
    note = {"kind": kind, "version": version, "before": state["in_force"], "action": action}
    return note | {"who": who, "reason": reason}
