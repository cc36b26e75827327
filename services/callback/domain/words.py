"""Texts for people: Chinese and English in one line."""

from __future__ import annotations

from typing import Any, NamedTuple

Place = tuple[Any, ...]
Problem = tuple[Place, str, str]  # where in the rule set, what is wrong there, how to repair it


class Text(NamedTuple):
    """The same in both languages."""

    zh: str
    en: str


def both(zh: str, en: str) -> str:
    return f"{zh} / {en}"
