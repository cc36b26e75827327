"""How a case looks to Open311 clients: its status, who is responsible, which time a query may ask about.

Source: GeoReport v2, and the statuses that the best-known client adds to it.
"""

from __future__ import annotations

import datetime as dt

from services.intake.domain.case import OPEN311

ENDED = ("closed", "rejected", "merged", "cancelled")  # all others are open in plain GeoReport v2
LONGEST = dt.timedelta(days=90)  # that a query may span

# the four platforms of grass-roots governance: Chinese, English
UNITS = {
    "public_safety": ("综治", "Public safety"),
    "market_supervision": ("市场监管", "Market supervision"),
    "enforcement": ("综合执法", "Law enforcement"),
    "public_service": ("便民服务", "Public services"),
}


def status(state: str) -> str:
    """open or closed."""
    return "closed" if state in ENDED else "open"


def detailed_status(state: str, solved: str | None) -> str:
    """The status in the words of the extension; what the reporter calls not solved was not fixed."""
    if state == "closed" and solved == "no":
        return "no_further_action"
    return OPEN311.get(state, status(state))


def window(
    start: dt.datetime | None, end: dt.datetime | None, now: dt.datetime, usual: dt.timedelta
) -> tuple[dt.datetime, dt.datetime]:
    """From when to when, both inclusive: `usual` until now when nothing is said, the longest from a start alone.

    Whole seconds, as they are shown: a client that compares what it gets with what it asked for finds nothing outside.
    """
    if start is None:
        end = end or now
        start = end - usual
    end = end or start + LONGEST
    return start.replace(microsecond=0), end.replace(microsecond=0)
