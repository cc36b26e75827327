"""What an Open311 client asks for: the parameters of its queries, read and bounded."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from services.intake.domain import open311
from services.intake.domain.registration import Reason

MOST = 1000  # in one answer
YEARS = (2000, 2100)
PAGES = 10_000
_BLANK = re.compile(r" (\d\d:?\d\d)$")  # a plus in an address is read as a blank
BOX = "min_lat,min_long,max_lat,max_long"


class Misfit(Exception):
    """A parameter cannot be read; `reason` says which, and how to repair it."""

    def __init__(self, field: str, problem: str, repair: str):
        super().__init__(problem)
        self.reason = Reason(field, problem, repair)


class Page(NamedTuple):
    """Which part of the answer."""

    size: int
    skipped: int


def requests_asked(args: Mapping[str, str], now: dt.datetime) -> dict[str, Any]:
    """The values of the query `service_requests`. Raises Misfit.

    Numbers override everything else. Without dates, what was reported in the last 90 days; with `updated_after` or
    `updated_before`, also what was reported up to 90 days before.
    """
    if numbers := _listed(args, "service_request_id"):
        return request_asked(numbers) | page_asked(args)._asdict()
    after, before = _time(args, "updated_after"), _time(args, "updated_before")
    if (after or before) and not (args.get("start_date") or args.get("end_date")):
        end = before or now
        start = (after or end - open311.LONGEST) - open311.LONGEST
    else:
        start, end = window_asked(args, now, open311.LONGEST)
    asked = {"numbers": None, "services": _listed(args, "service_code"), "closed": _closed(args)} | _box(args)
    return asked | _dated(start, end, after, before) | page_asked(args)._asdict()


def request_asked(numbers: list[str]) -> dict[str, Any]:
    """The same for known numbers, whenever and whatever they are about."""
    asked = {"numbers": numbers, "services": None, "closed": None}
    return asked | _box({}) | _dated(None, None, None, None) | page_asked({})._asdict()


def _dated(
    start: dt.datetime | None, end: dt.datetime | None, after: dt.datetime | None, before: dt.datetime | None
) -> dict[str, Any]:
    """Ends are shown in whole seconds, and inclusive: what happened within the last second belongs to it."""
    second = dt.timedelta(seconds=1)
    return {
        "start": start and start.replace(microsecond=0),
        "end": end and end.replace(microsecond=0) + second,
        "after": after and after.replace(microsecond=0),
        "before": before and before.replace(microsecond=0) + second,
    }


def window_asked(args: Mapping[str, str], now: dt.datetime, usual: dt.timedelta) -> tuple[dt.datetime, dt.datetime]:
    """`start_date` and `end_date`, both inclusive. Raises Misfit."""
    start, end = open311.window(_time(args, "start_date"), _time(args, "end_date"), now, usual)
    if end < start:
        raise Misfit("end_date", "it lies before start_date", "send the earlier time as start_date")
    if end - start > open311.LONGEST:
        raise Misfit("end_date", "more than 90 days lie between", "ask for at most 90 days at a time")
    return start, end


def page_asked(args: Mapping[str, str]) -> Page:
    """`page` (from 1) and `page_size` (at most 1000). Raises Misfit."""
    size = _whole(args, "page_size", MOST, MOST)
    return Page(size, (_whole(args, "page", 1, PAGES) - 1) * size)


def _whole(args: Mapping[str, str], name: str, usual: int, most: int) -> int:
    text = args.get(name) or str(usual)
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= most):
        raise Misfit(name, "it is no whole number that is allowed", f"send a number from 1 to {most}")
    return int(text)


def _time(args: Mapping[str, str], name: str) -> dt.datetime | None:
    if not (text := args.get(name)):
        return None
    try:
        time = dt.datetime.fromisoformat(_BLANK.sub(r"+\1", text))
    except ValueError:
        time = dt.datetime.min
    if time.tzinfo is None or not YEARS[0] <= time.year <= YEARS[1]:
        repair = "send a W3C date and time with its zone, for example 2026-11-23T09:00:00Z"
        raise Misfit(name, "it is no date and time with a zone", repair)
    return time.astimezone(dt.UTC)


def _listed(args: Mapping[str, str], name: str) -> list[str] | None:
    """Comma delimited, and repeated if the client likes; None when nothing is said."""
    values = args.getlist(name) if hasattr(args, "getlist") else [args.get(name) or ""]
    listed = [part.strip() for value in values for part in value.split(",") if part.strip()]
    return listed[:MOST] or None


def _closed(args: Mapping[str, str]) -> bool | None:
    wanted = set(_listed(args, "status") or ("open", "closed"))
    if not wanted <= {"open", "closed"}:
        raise Misfit("status", "it is neither open nor closed", "send open, closed, or both with a comma")
    return None if len(wanted) == 2 else wanted == {"closed"}


def _box(args: Mapping[str, str]) -> dict[str, Any]:
    if not (text := args.get("bbox")):
        return dict.fromkeys(("south", "west", "north", "east"))
    try:
        south, west, north, east = map(float, text.split(","))
    except ValueError:
        raise Misfit("bbox", "it is not four numbers", f"send {BOX}, WGS84 degrees") from None
    if not (-90 <= south <= north <= 90 and -180 <= west <= east <= 180):
        raise Misfit("bbox", "it is no area on the earth", f"send {BOX}, in this order")
    return {"south": south, "west": west, "north": north, "east": east}
