"""One thing to say to one person: what it says, and the ways on which it may go, in the order to be tried."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

MOST_WAYS = 8


class Way(NamedTuple):
    """A way of sending (the accounts of one name stand in for each other), and whom it reaches there: a phone number,
    a user id, an e-mail address; nothing where the account itself says it (a robot, a webhook)."""

    way: str
    target: str = ""


class Words(NamedTuple):
    """What is said, in the one language that was chosen: thin, a link instead of personal data. `markdown`, for the
    channels that show it, must be escaped already. `data`, for receivers that are no people: the whole body, JSON."""

    title: str
    text: str
    url: str = ""
    markdown: str = ""
    data: str = ""


@dataclass(frozen=True)
class Wanted:
    """One thing to say to one person. `key` is the same for the same thing, in the whole town: it is said once.

    `words` are for the first way, `other_words` for those ways that need them different.

    `about` is the notice or notification that it comes from, `number` the case. Nothing is sent before `not_before` or
    from `expires_at` on: a reminder after its deadline is of no use.
    """

    key: str
    about: str
    person: str
    level: str
    words: Words
    ways: tuple[Way, ...]
    number: str | None = None
    not_before: dt.datetime | None = None
    expires_at: dt.datetime | None = None
    other_words: Mapping[str, Words] = field(default_factory=dict)


@dataclass(frozen=True)
class Patience:
    """How often a delivery is tried on one way, and how many seconds it may take there when there is another."""

    attempts: int
    seconds: float


PATIENCE = {"urgent": Patience(3, 60.0), "normal": Patience(10, 1800.0)}  # where channels.yaml says nothing


def lane_of(urgent: bool) -> str:
    return "urgent" if urgent else "normal"


def digest_of(words: Words) -> str:
    """The same for the same words: a provider that drops a text which it has had today goes by them."""
    return hashlib.sha256("\0".join(words).encode()).hexdigest()[:32]
