"""Texts for people: Chinese and English in one line."""

from __future__ import annotations

from typing import NamedTuple


class Text(NamedTuple):
    """The same in both languages."""

    zh: str
    en: str


def both(zh: str, en: str) -> str:
    return f"{zh} / {en}"
