"""Words as data (services/notify/templates/README.md): read whole or refused whole, with the place of every mistake and
the way to repair it. Whatever is let in can be filled in with every message of its kind, and fits every channel."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from services.notify.domain.facts import Facts, facts_of
from services.notify.domain.kinds import KINDS
from services.notify.domain.sandbox import HOW, names_in, problem_in
from services.notify.domain.templates import (
    LANGUAGES,
    MARKDOWN,
    PARTS,
    SHORTEST,
    TEXT,
    TITLE,
    Piece,
    Source,
    surface_of,
)

CHANNELS = {name: surface_of(name, "zh").channel for name in KINDS}  # → as templates call it
LONGEST_LINK = 200  # bytes of a link that has to stand beside a text
COME_AGAIN = ("work_reminded", "check_reminded", "again")
Place = tuple[Any, ...]


class Problem(NamedTuple):
    """What is wrong at a place (keys that lead to it), and how to repair it."""

    place: Place
    problem: str
    repair: str


def read_words(document: Any, kinds: Collection[str]) -> tuple[dict[str, Source], list[Problem]]:
    """The words of `{kind: {zh: {…}, en: {…}}}`; with problems they must not be used. `kinds` are those there are."""
    if not isinstance(document, dict) or not document:
        return {}, [Problem((), "this says nothing", "write work_assigned: {zh: {title: …, text: …}, en: {…}}")]
    problems = [
        Problem((kind,), f"nothing of the kind {kind!r} is ever said", "see `templates list`")
        for kind in document
        if kind not in kinds
    ]
    for kind in document.keys() & set(kinds):
        problems += _of_kind(kind, document[kind])
    return dict(document), problems


def _of_kind(kind: str, words: Any) -> Iterator[Problem]:
    if not isinstance(words, dict) or set(words) != set(LANGUAGES):
        yield Problem((kind,), "the words are of both languages", "write zh: {…} and en: {…}, and nothing else")
        return
    for language, parts in words.items():
        place = (kind, language)
        if not isinstance(parts, dict):
            yield Problem(place, "this is no mapping", "write {title: …, text: …}")
            continue
        for part in (TITLE, TEXT):
            if not parts.get(part):
                yield Problem((*place, part), f"{part} is missing", f"write {part}: …")
        for name, given in parts.items():
            if name in PARTS:
                own = [at for at, called in CHANNELS.items() if name in _mapping(parts.get(called))]
                yield from _template(kind, (*place, name), given, [at for at in CHANNELS if at not in own])
            elif name not in CHANNELS.values() or not isinstance(given, dict) or not given.keys() <= set(PARTS):
                known = ", ".join((*PARTS, *sorted(set(CHANNELS.values()))))
                yield Problem((*place, name), f"{name!r} is neither a part nor a channel with parts", f"use {known}")
            else:
                for part, template in given.items():
                    there = [at for at, called in CHANNELS.items() if called == name]
                    yield from _template(kind, (*place, name, part), template, there)


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _template(kind: str, place: Place, source: Any, channels: Sequence[str]) -> Iterator[Problem]:
    """What is wrong with one template; the last of its place is the part, `channels` is where it is shown."""
    facts = facts_of(kind)
    if not isinstance(source, str) or not source.strip():
        yield Problem(place, "this is no text", "write it in quotes")
    elif "\0" in source:
        yield Problem(place, "it has a NUL character", "leave it out")
    elif problem := problem_in(source):
        yield Problem(place, problem, HOW)
    elif unknown := sorted(names_in(source) - facts.keys()):
        yield Problem(place, f"a {kind} does not say {', '.join(unknown)}", f"there is {', '.join(sorted(facts))}")
    else:
        yield from _tried(kind, place, Piece(source), channels)


def _tried(kind: str, place: Place, template: Piece, channels: Sequence[str]) -> Iterator[Problem]:
    """What comes to light when it is filled in."""
    try:
        said = [template.shortened(facts, SHORTEST) for facts in samples(kind)]
    except TypeError as error:
        yield Problem(place, f"it cannot be filled in: {error}", "compare numbers with numbers, texts with texts")
        return
    if kind in COME_AGAIN and place[-1] != TITLE and template.said(_nth(kind, 2)) == template.said(_nth(kind, 3)):
        yield Problem(place, f"a {kind} comes again, and is the same each time", "say {{ nth }}")
    longest, part = max(said, key=len), place[-1]
    for channel in channels:
        on = surface_of(channel, place[1])
        if part == MARKDOWN and not on.room.markdown:
            continue
        beside = on.room.title + LONGEST_LINK if on.room.together and part != TITLE else 0
        most = {TITLE: on.room.title, TEXT: on.room.text, MARKDOWN: on.room.markdown}[part] - beside
        if on.size(longest) > most:
            unit = "bytes" if on.room.in_bytes else "characters"
            why = f"{on.size(longest)} {unit} with the shortest facts, and {on.channel} has room for {most}"
            yield Problem(place, why, f"shorten it, or write {on.channel}: {{{part}: …}} beside it")
            return


def samples(kind: str) -> list[Facts]:
    """Facts as messages of this kind have them: all of them, the first and the later time, and hardly any."""
    full = dict(facts_of(kind))
    turns: Mapping[str, tuple[Any, ...]] = {"nth": (1, 2), "round": (1, 2), "accepted": (True, False)}
    changed = [full | {name: value} for name, values in turns.items() if name in full for value in values]
    return [full, *changed, {name: full[name] for name in ("number",) if name in full}]


def _nth(kind: str, nth: int) -> Facts:
    return {**facts_of(kind), "nth": nth}
