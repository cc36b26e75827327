"""What a channel is: it sends one delivery with one account, and says what came of it.

    send(delivery, account) -> Delivered(receipt) | TryLater(after, why) | Refused(reason) | Uncertain(why)

It never raises, keeps no state that another replica would need, and says nothing of secrets: `redacted` looks after
what providers repeat.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable
from urllib.parse import quote

from services.notify.domain.deliveries import Words
from services.notify.domain.outcomes import Outcome, because, why_of

LONGEST_WHY = 300
SHORTEST_SECRET = 4  # characters; what is shorter stands in every other text


@dataclass(frozen=True)
class Account:
    """How something is sent; the secrets are opened, and shown by nothing."""

    account_id: str
    channel: str
    settings: Mapping[str, str]
    secrets: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class Delivery:
    """What is sent; `id` stays the same when it is sent again."""

    id: str
    target: str = field(repr=False)
    words: Words
    level: str


class Channel(Protocol):
    def send(self, delivery: Delivery, account: Account) -> Outcome: ...


@runtime_checkable
class AsksForReceipts(Protocol):
    """A channel whose providers accept first, and say later what became of it."""

    def receipt(self, receipt: str, delivery: Delivery, account: Account) -> Outcome:
        """Delivered; Refused: it did not arrive; TryLater: not known yet."""


def redacted(outcome: Outcome, secrets: Iterable[str]) -> Outcome:
    """The outcome with a reason that holds none of these: providers repeat what they were given."""
    why = why_of(outcome)
    for secret in sorted({form for one in secrets for form in (one, quote(one, safe=""))}, key=len, reverse=True):
        if len(secret) >= SHORTEST_SECRET:
            why = why.replace(secret, "***")
    return because(outcome, why.replace("\0", "")[:LONGEST_WHY])


def fitted(text: str, most: int) -> str:
    """The text in at most so many bytes of UTF-8, cut at a character, with … where it was cut."""
    raw = text.encode()
    return text if len(raw) <= most else raw[: most - 3].decode(errors="ignore") + "…"


def plain(words: Words) -> str:
    """Title, text and link, a line each."""
    return "\n".join(part for part in (words.title, words.text, words.url) if part)
