"""Texts for people: Chinese and English in one line."""

from __future__ import annotations


def both(zh: str, en: str) -> str:
    return f"{zh} / {en}"
