"""What stands in a file for people to write, checked part by part: where it is wrong, what is wrong, how to repair it.

A check yields every mistake of its part and goes on, so that a file is refused whole with all that is wrong in it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

Place = tuple[Any, ...]  # keys and positions that lead to a value
Problem = tuple[Place, str, str]  # where, what is wrong there, how to repair it
Check = Callable[[Any, Place], Iterator[Problem]]


def mapping(value: Any, at: Place, checks: Mapping[str, Check], needed: Collection[str] = ()) -> Iterator[Problem]:
    """A mapping with no other keys than these, each checked, and with all that are needed."""
    yield from keys(value, at, checks, needed)
    for key, check in checks.items() if isinstance(value, dict) else ():
        if key in value:
            yield from check(value[key], (*at, key))


def keys(value: Any, at: Place, known: Collection[str], needed: Collection[str] = ()) -> Iterator[Problem]:
    """A mapping whose keys somebody reads, with all that are needed; whatever stands under them."""
    if not isinstance(value, dict):
        yield at, "this is no mapping", f"write a mapping of {', '.join(known)}"
        return
    for key in [key for key in value if key not in known]:
        yield (*at, key), f"nobody reads {key!r}", f"use {', '.join(known)}"
    for key in [key for key in needed if key not in value]:
        yield at, f"it has no {key}", f"write {key}: …"


def part(checks: Mapping[str, Check], *needed: str) -> Check:
    """The same, as the check of a part."""
    return lambda value, at: mapping(value, at, checks, needed)


def some_of(words: Collection[str]) -> Check:
    """A list of some of these, or of none."""

    def check(value: Any, at: Place) -> Iterator[Problem]:
        if not isinstance(value, list) or any(one not in words for one in value):
            yield at, f"this is no list of {', '.join(words)}", "use these, or [] for none"

    return check


def one_of(words: Collection[str]) -> Check:
    """One of these."""

    def check(value: Any, at: Place) -> Iterator[Problem]:
        if value not in words:
            yield at, f"{value!r} is none of {', '.join(words)}", "use one of these"

    return check


def number(least: int, most: int) -> Check:
    """A whole number within these bounds."""

    def check(value: Any, at: Place) -> Iterator[Problem]:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            yield at, f"{value!r} is no whole number from {least} to {most}", "correct it"

    return check


def yes_or_no(value: Any, at: Place) -> Iterator[Problem]:
    """True or false."""
    if not isinstance(value, bool):
        yield at, f"{value!r} is neither true nor false", "write true or false"
