"""Which category a text suggests, by the keywords of the catalogue."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from services.intake.domain.words import Finder, plain


class Suggestion(NamedTuple):
    """A category, and the keywords in the text that speak for it."""

    code: str
    keywords: tuple[str, ...]


class Suggester:
    """`keywords` are (category code, its keywords)."""

    def __init__(self, keywords: Iterable[tuple[str, Iterable[str]]]):
        self._codes: dict[str, list[str]] = {}
        for code, words in keywords:
            for word in {plain(word) for word in words}:
                self._codes.setdefault(word, []).append(code)
        self._finder = Finder(self._codes)

    def suggest(self, text: str) -> Suggestion | None:
        """For a `plain` text. The category for which the most characters speak (a long keyword says more than a short
        one), then the most keywords, then the lower code; None without any."""
        found: dict[str, list[str]] = {}
        for word in self._finder.find(text):
            for code in self._codes[word]:
                found.setdefault(code, []).append(word)
        if not found:
            return None
        code = min(found, key=lambda code: (-sum(map(len, found[code])), -len(found[code]), code))
        return Suggestion(code, tuple(found[code]))
