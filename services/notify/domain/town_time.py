"""The clocks of the town: moments as people read them. What is no moment is a dash."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

TOWN_TIME = ZoneInfo("Asia/Shanghai")  # the one time of all of China
DASH = "—"


def in_town(moment: str) -> dt.datetime:
    """An ISO moment on the clocks of the town."""
    return dt.datetime.fromisoformat(moment).astimezone(TOWN_TIME)


def clock(moment: Any) -> str:
    """Month, day and time."""
    return _shown(moment, "%m-%d %H:%M")


def moment(moment: Any) -> str:
    """The same with the year."""
    return _shown(moment, "%Y-%m-%d %H:%M")


def day(moment: Any) -> str:
    """A day, with the time unless it is over by the end of that day."""
    if _shown(moment, "%H:%M") == "00:00":
        return _shown(moment, "%Y-%m-%d", dt.timedelta(days=1))
    return _shown(moment, "%Y-%m-%d %H:%M")


def _shown(moment: Any, form: str, earlier: dt.timedelta = dt.timedelta()) -> str:
    return _written(moment, form, earlier) if isinstance(moment, str) else DASH


@lru_cache(maxsize=4096)  # many notices tell of the same deadline, each in two languages
def _written(moment: str, form: str, earlier: dt.timedelta) -> str:
    try:
        return (in_town(moment) - earlier).strftime(form)
    except (ValueError, OverflowError):
        return DASH
