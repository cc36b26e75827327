"""The link on which a reporter answers: what it is made of, and whether it still opens anything.

The secret in it is made anew wherever the link is sent (shared/http/links.py); of it callback keeps a digest alone.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.callback.domain.rules import duration

PATH = "/callback/a/"
SECRET = re.compile(r"[A-Za-z0-9_-]{22}")
OPEN, CLOSED, UNKNOWN = "open", "closed", "unknown"


@dataclass(frozen=True)
class LinkTerms:
    """`callback.link` of a rule set: how long after it is due a reporter gets a link without having been reached
    (sooner, when the calls are over), and how long that is open at least."""

    after: dt.timedelta = dt.timedelta(days=3)
    stays_open: dt.timedelta = dt.timedelta(days=14)

    @classmethod
    def of(cls, section: Mapping[str, Any]) -> LinkTerms:
        given = section.get("link", {})
        after = duration(given["after"]) if "after" in given else cls.after
        return cls(after, duration(given["open"]) if "open" in given else cls.stays_open)


def about(follow_up_id: str, report: str) -> str:
    """What a secret stands for: one reporter's answer in one round."""
    return f"{follow_up_id}/{report}"


def digest(secret: str) -> str:
    """As it is kept: whoever reads the table cannot follow a link."""
    return hashlib.sha256(secret.encode()).hexdigest()


def standing(link: Mapping[str, Any] | None, now: dt.datetime) -> str:
    """What a reporter gets to see: `link` has state and closes_at of its follow-up. What is over stays known for a
    while, so that the page can say what to do."""
    if link is None:
        return UNKNOWN
    return OPEN if link["state"] == "open" and now < link["closes_at"] else CLOSED


def closing(now: dt.datetime, closes_at: dt.datetime, stays_open: dt.timedelta) -> dt.datetime:
    """Until when a follow-up is open whose link is given now: at least as long as the link is."""
    return max(closes_at, now + stays_open)
