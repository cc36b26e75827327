"""Known words in free text: the longest first, none twice in the same place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable


def plain(text: str) -> str:
    """Full-width forms, capitals and blanks make no difference."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


class Finder:
    """Finds which of many words a text holds; the time it takes does not depend on how many words there are."""

    def __init__(self, words: Iterable[str]):
        self._words = {plain(word) for word in words} - {""}
        self._lengths: dict[str, list[int]] = {}  # first character → how long the words are that begin with it
        for word in sorted(self._words, key=len, reverse=True):
            lengths = self._lengths.setdefault(word[0], [])
            if len(word) not in lengths:
                lengths.append(len(word))
        self._starts = re.compile("[" + "".join(map(re.escape, self._lengths)) + "]" if self._lengths else "(?!)")

    def find(self, text: str) -> list[str]:
        """The words in a `plain` text in their order, each once. Where words overlap, the longest counts, then the
        first: in 东坑村口 it is 东坑村, not 坑村."""
        hits = [
            (-length, start, word)
            for at in self._starts.finditer(text)
            for start in (at.start(),)
            for length in self._lengths[at[0]]
            if len(word := text[start : start + length]) == length and word in self._words
        ]
        taken: set[int] = set()
        found: dict[str, int] = {}
        for length, start, word in sorted(hits):
            place = range(start, start - length)
            if taken.isdisjoint(place):
                taken.update(place)
                found[word] = min(start, found.get(word, start))
        return sorted(found, key=lambda word: found[word])
