"""The lists of calls. Nothing personal is shown."""

from __future__ import annotations

from typing import Any

from services.callback.store import SQL, Work


def calls(work: Work, which: str, limit: int) -> dict[str, Any]:
    """Open follow-ups that are due, taken, later, linked, or all (open): the urgent first, then the oldest; how many
    there are of each; and when calls are made again, where none are made now."""
    now = work.now()
    times = work.call_times(work.call_terms())
    return {
        "calls": work.dicts(SQL.calls, which=which, now=now, limit=limit),
        "counts": work.dicts(SQL.call_counts, now=now)[0],
        "opens_at": None if times.open_at(now) else times.next_call(now),
    }
