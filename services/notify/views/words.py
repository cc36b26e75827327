"""Templates, by version, and what they would say."""

from __future__ import annotations

from typing import Any

from services.notify.domain.facts import Facts, facts_of
from services.notify.domain.kinds import KINDS
from services.notify.domain.templates import LANGUAGES, PARTS, Templates, surface_of
from services.notify.errors import KindUnknown, NoSuchNotice, VersionUnknown
from services.notify.store import SQL, Work, shipped


def templates(work: Work) -> list[dict[str, Any]]:
    """Every kind, with the version of its words in force and those of the town's own."""
    own = work.dicts(SQL.template_versions, kind=None)
    states = {(row["kind"], row["version"]): row["state"] for row in own}
    listed = []
    for kind in shipped().kinds:
        versions = {version: state for (of, version), state in states.items() if of == kind}
        in_force = next((version for version, state in versions.items() if state == "published"), 0)
        drafts = sorted(version for version, state in versions.items() if state == "draft")
        listed.append({"kind": kind, "in_force": in_force, "newest": max(versions, default=0), "drafts": drafts})
    return listed


def template(work: Work, kind: str, version: int | None) -> dict[str, Any]:
    """The words of a version of a kind, the one in force without a number, and what became of all of them. Raises
    NotifyError."""
    in_force = _in_force(work, kind)
    shown = in_force if version is None else version
    found = work.template_version(kind, shown)
    if found is None:
        raise VersionUnknown(kind, shown)
    about = {"kind": kind, "version": shown, "in_force": in_force, "words": found.words}
    versions, history = (work.dicts(query, kind=kind) for query in (SQL.template_versions, SQL.template_history))
    return about | {"versions": versions, "history": history}


def preview(work: Work, kind: str, version: int | None, number: str | None, url: str) -> dict[str, Any]:
    """What these words say on every channel, with the newest notice about a case or with examples, and with a link.
    Raises NotifyError."""
    in_force = _in_force(work, kind)
    shown = in_force if version is None else version
    found = work.template_version(kind, shown)
    if found is None:
        raise VersionUnknown(kind, shown)
    facts, origin = _facts(work, kind, number)
    words = work.templates().with_words([found])
    rows = [_said(words, kind, channel, language, facts, url) for channel in ("", *KINDS) for language in LANGUAGES]
    return {"kind": kind, "version": shown, "with": origin, "rows": rows}


def _in_force(work: Work, kind: str) -> int:
    if kind not in shipped().kinds:
        raise KindUnknown(kind)
    return int(work.dicts(SQL.template_state, kind=kind)[0]["in_force"])


def _facts(work: Work, kind: str, number: str | None) -> tuple[Facts, str]:
    """What a preview is filled in with, and what that is."""
    if number is None:
        return facts_of(kind), "examples"
    row = work.one(SQL.latest_notice, kind=kind, number=number)
    if row is None:
        raise NoSuchNotice(kind, number)
    return row[0], f"the notice of {row[1]:%Y-%m-%d %H:%M} UTC about {number}"


def _said(words: Templates, kind: str, channel: str, language: str, facts: Facts, url: str) -> dict[str, Any]:
    said, on = words.render(kind, channel, language, facts, url), surface_of(channel, language)
    unit = "bytes" if on.room.in_bytes else "characters"
    parts = []
    for part in PARTS:
        if text := getattr(said, part):
            room = f" of {getattr(on.room, part)}" if channel else ""
            parts.append({"part": part, "length": f"{on.size(text)}{room} {unit}", "said": text})
    return {"channel": channel, "language": language, "parts": parts}
