"""The words of everything that is said: templates by kind, language and channel, filled in with the facts of the
message that they are about. One rendering for members' own queues (`texts`) and for channels (`render`,
`render_group`).

    Templates.of([Version("work_assigned", 0, {"zh": {…}, "en": {…}}), …])    later ones of a kind replace earlier ones

The words of a kind: by language `title`, `text` and perhaps `markdown`, and by channel what is different there (`sms`
stands for every provider of text messages). What is missing in a fact is a dash. Templates are Jinja, of the part that
domain/sandbox.py lets in; what people have written is made harmless for the channel first (domain/escaping.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from services.notify.domain.deliveries import Words
from services.notify.domain.escaping import Hand, Size, chat, exact, in_bytes, line, markdown, shortened
from services.notify.domain.facts import AS_THEY_ARE, FREE, Facts, facts_of
from services.notify.domain.kinds import KINDS, Room
from services.notify.domain.sandbox import compiled, names_in

LANGUAGES = ("zh", "en")
PARTS = TITLE, TEXT, MARKDOWN = ("title", "text", "markdown")
LINES = "lines"  # of a group: one for each thing
SMS = "sms"  # what templates call every channel whose name begins so
ALL = Room(10**6, 10**6)  # of a queue: everything
SHORTEST = 6  # characters to which what people wrote may be shortened; a template has to fit then
MOST_LINES = 20  # of a group
OURS = re.compile(r"\d{4}-\d\d-\d\d[T ][0-9:.+Z-]{1,30}|\d{8}-\d{4,12}")  # a moment, a number
NEWS = "news"  # is said for kinds that begin so and have no words of their own
Source = Mapping[str, Any]  # the words of a kind: language → part, or channel → part → template


class Text(NamedTuple):
    """What a notice says in a member's own queue."""

    zh: str
    en: str


class Version(NamedTuple):
    """The words of a kind; version 0 is the one that the product comes with."""

    kind: str
    version: int
    words: Source


class Item(NamedTuple):
    """One of many things that are said in one message."""

    kind: str
    facts: Facts


class Surface(NamedTuple):
    """Where words are shown: the channel as templates call it, what makes a text harmless there, its room."""

    channel: str
    language: str
    hand: Hand
    room: Room
    size: Size


class Piece:
    """One template, ready to be filled in."""

    def __init__(self, source: str):
        self.said = compiled(source)
        self._free = [name for name in FREE if name in names_in(source)]

    def fitted(self, facts: Facts, most: int, size: Size) -> str:
        """At most so long: first what people have written is shortened, and only then what the template itself says."""
        whole = self.said(facts)
        if size(whole) <= most:
            return whole
        low, high = SHORTEST, max((len(facts.get(name, "")) for name in self._free), default=SHORTEST)
        best = self.shortened(facts, low)
        while low < high:
            middle = (low + high + 1) // 2
            tried = self.shortened(facts, middle)
            fits = size(tried) <= most
            low, high, best = (middle, high, tried) if fits else (low, middle - 1, best)
        return shortened(best, most, size)

    def shortened(self, facts: Facts, most: int) -> str:
        free = {name: shortened(facts[name], most) for name in self._free if name in facts}
        return self.said({**facts, **free})


class Templates:
    """The words in force."""

    def __init__(self, words: Mapping[str, Source], versions: Mapping[str, int]):
        self._words, self._versions = words, versions
        self._pairs: dict[str, tuple[Callable[[Facts], str], ...]] = {}

    @classmethod
    def of(cls, versions: Iterable[Version]) -> Templates:
        rows = list(versions)
        return cls({row.kind: row.words for row in rows}, {row.kind: row.version for row in rows})

    def with_words(self, versions: Iterable[Version]) -> Templates:
        """These in the place of those in force."""
        return Templates.of([*map(self.version, self._words), *versions])

    def has(self, kind: str) -> bool:
        return kind in self._words

    @property
    def kinds(self) -> list[str]:
        return sorted(self._words)

    def version(self, kind: str) -> Version:
        """The words of a kind as they were written. Raises KeyError."""
        return Version(kind, self._versions[kind], self._words[kind])

    def texts(self, kind: str, facts: Facts) -> Text:
        """What a notice says in a member's own queue, in both languages, every fact as it is. For every case on the
        line: nothing is checked or copied here."""
        pair = self._pairs.get(kind)
        if pair is None:
            pair = tuple(compiled(self._words[kind][language][TEXT]) for language in LANGUAGES)
            self._pairs[kind] = pair
        return Text(pair[0](facts), pair[1](facts))

    def render(self, kind: str, channel: str, language: str, facts: Facts, url: str = "", nth: int = 1) -> Words:
        """What is said on a channel of domain/kinds.py ('' is a member's own queue): it fits there, and what people
        have written is a text and nothing else. `nth`: the same is said for the nth time, and sounds different."""
        on, known = self._on(channel, language, nth), known_of(kind, facts)
        words = self._filled(kind, on, _harmless(known, on.hand), _harmless(known, markdown), url)
        return self._ended(words, on, nth)

    def render_group(
        self, kind: str, channel: str, language: str, items: Sequence[Item], url: str = "", nth: int = 1
    ) -> Words:
        """Many things as one message with their count, in the frame of this kind (`group`, `digest`): one line for each
        of as many of them as there is room for."""
        on, common = self._on(channel, language, nth), _common(items)
        words = Words("", "")
        for shown in range(min(len(items), MOST_LINES), -1, -1):
            plain, marked = (self._of_group(items, common, shown, on, hand) for hand in (on.hand, markdown))
            words = self._filled(kind, on, plain, marked, url)
            if self._all_shown(kind, on, (plain, words.text), (marked, words.markdown)):
                break
        return self._ended(words, on, nth)

    def _filled(self, kind: str, on: Surface, facts: Facts, marked: Facts, url: str) -> Words:
        """`marked` are the facts for Markdown."""
        title = self._piece(kind, on, TITLE).fitted(facts, on.room.title, on.size)
        text = self._piece(kind, on, TEXT).fitted(facts, _room(on, title, url), on.size)
        if not (on.room.markdown and self._source(kind, on, MARKDOWN)):
            return Words(title, text, url)
        room = on.room.markdown - on.size(self._link(url, on.language))
        return Words(title, text, url, self._piece(kind, on, MARKDOWN).fitted(marked, room, on.size))

    def _on(self, channel: str, language: str, nth: int) -> Surface:
        """A surface, with room for the frame of what is said again."""
        on = surface_of(channel, language)
        if nth <= 1:
            return on
        title, text, marked = (max(on.size(self._again(part, on, nth, "x")) - 1, 0) for part in PARTS)
        room, text = on.room, text + (title if on.room.together else 0)
        less = room._replace(title=room.title - title, text=room.text - text, markdown=max(room.markdown - marked, 0))
        return on._replace(room=less)

    def _ended(self, words: Words, on: Surface, nth: int) -> Words:
        """What is said again stands in its frame; Markdown ends with the link, which room was kept for."""
        if nth > 1:
            title, text = self._again(TITLE, on, nth, words.title), self._again(TEXT, on, nth, words.text)
            words = Words(title, text, words.url, words.markdown and self._again(MARKDOWN, on, nth, words.markdown))
        link = self._link(words.url, on.language)
        return words._replace(markdown=words.markdown + link) if words.markdown else words

    def _again(self, part: str, on: Surface, nth: int, said: str) -> str:
        return self._piece("again", on, part).said({"nth": nth, TITLE if part == TITLE else TEXT: said})

    def _all_shown(self, kind: str, on: Surface, *said: tuple[Facts, str]) -> bool:
        """Whether the lines have their whole place in the text and in the Markdown, as far as these show lines."""
        reads = [LINES in names_in(self._source(kind, on, part)) for part in (TEXT, MARKDOWN)]
        return all(facts[LINES] in text for (facts, text), shown in zip(said, reads, strict=True) if shown and text)

    def _of_group(self, items: Sequence[Item], common: Facts, shown: int, on: Surface, hand: Hand) -> dict[str, Any]:
        return _harmless(common, hand) | {LINES: self._lines(items, shown, on, hand)}

    def _lines(self, items: Sequence[Item], shown: int, on: Surface, hand: Hand) -> str:
        told = [(self._piece(one.kind, on, TEXT), known_of(one.kind, one.facts)) for one in items[:shown]]
        lines = [template.said(_harmless(facts, hand)) for template, facts in told]
        if shown < len(items):
            lines.append(self._piece("more", on, TEXT).said({"count": len(items) - shown}))
        if hand is markdown:
            return "\n".join(f"- {one}" for one in lines)
        return (" " if on.channel == SMS else "\n").join(lines)

    def _link(self, url: str, language: str) -> str:
        return f"\n\n[{self._words['details'][language][TEXT]}]({url})" if url else ""

    def _piece(self, kind: str, on: Surface, part: str) -> Piece:
        return piece(self._source(kind, on, part))

    def _source(self, kind: str, on: Surface, part: str) -> str:
        known = NEWS if kind.startswith(NEWS) and kind not in self._words else kind
        words = self._words[known][on.language]
        return words.get(on.channel, {}).get(part) or words.get(part, "")


@lru_cache(maxsize=4096)
def piece(source: str) -> Piece:
    """The same for the same template."""
    return Piece(source)


def surface_of(channel: str, language: str) -> Surface:
    """Of a channel by its name in domain/kinds.py; '' is a member's own queue. Raises KeyError."""
    if not channel:
        return Surface("", language, exact, ALL, len)
    kind = KINDS[channel]
    name = SMS if channel.startswith(SMS) else channel
    return Surface(name, language, chat if kind.chat else line, kind.room, in_bytes if kind.room.in_bytes else len)


def known_of(kind: str, facts: Facts) -> dict[str, Any]:
    """Those of the facts that a template of this kind may say, each of the type that it always has."""
    examples = facts_of(kind)
    return {name: facts[name] for name in examples if isinstance(facts.get(name), _type_of(examples[name]))}


def _type_of(example: Any) -> type | tuple[type, ...]:
    return (int, float) if isinstance(example, float) else type(example)


def _harmless(facts: Facts, hand: Hand) -> dict[str, Any]:
    return {
        name: hand(value) if isinstance(value, str) and not (name in AS_THEY_ARE and OURS.fullmatch(value)) else value
        for name, value in facts.items()
    }


def _room(on: Surface, title: str, url: str) -> int:
    """What is left for a text where title, text and link are one message."""
    return on.room.text - (on.size(f"{title}\n\n{url}") if on.room.together else 0)


def _common(items: Sequence[Item]) -> dict[str, Any]:
    """What a frame says of all of them; the levels are P1, P2 …, so the least is the most urgent."""
    facts: dict[str, Any] = {"count": len(items)}
    for name, found in (("level", "level"), ("first_due_at", "due_at")):
        values = [item.facts[found] for item in items if isinstance(item.facts.get(found), str)]
        facts |= {name: min(values)} if values else {}
    places = {item.facts.get("place_text") for item in items}
    place = places.pop() if len(places) == 1 else None
    return facts | ({"place_text": place} if isinstance(place, str) else {})
