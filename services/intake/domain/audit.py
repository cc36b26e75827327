"""The audit chain: each entry's hash holds the one before it, so that none can be changed or taken out unseen."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from typing import Any

FIRST = "0" * 64  # what stands before the first entry


@dataclass(frozen=True)
class Entry:
    """Who has done what with personal data, and why."""

    at: dt.datetime
    who: str
    role: str
    action: str
    about: str
    reason: str


def link(previous: str, entry: Entry) -> str:
    """SHA-256 of the hash before and of everything that the entry says; hexadecimal."""
    at = entry.at.astimezone(dt.UTC).isoformat(timespec="microseconds")
    text = json.dumps([previous, at, *astuple(entry)[1:]], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def first_broken(rows: Iterable[dict[str, Any]]) -> dict[str, Any] | None:
    """The first row, in the order of ids, that does not continue the chain; None when the chain is whole.

    What a chain cannot show is that its end was cut off: keep the last hash somewhere else.
    """
    previous = FIRST
    for row in rows:
        entry = Entry(*(row[name] for name in Entry.__dataclass_fields__))
        if row["previous_hash"] != previous or row["hash"] != link(previous, entry):
            return row
        previous = row["hash"]
    return None
