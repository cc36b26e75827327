"""Rosters, who is on duty, and what will be missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, TypeVar

from eventlet import tpool
from werkzeug.wrappers import Request, Response

from services.dispatch import messages, use_cases, views
from services.dispatch.adapters.shift_calendar import write_calendar
from services.dispatch.adapters.shift_files import MOST_BYTES, read_shifts
from services.dispatch.domain.access import MANAGE_DUTY
from services.dispatch.doors.reach import about_members
from services.dispatch.errors import DutyRefused, LeaveUnknown, NothingLoaded
from shared.http.entrypoint import body_of, caller_of, json_of
from shared.http.files import file_of
from shared.http.problems import Conflict, NotFound, Unprocessable
from shared.tables import TableError

Moment = TypeVar("Moment", dt.datetime, None)
_OVERRIDING, _SWAPPING = messages.Overriding(), messages.Swapping()
SHOWN, MOST_DAYS = 28, 60  # days of shifts and gaps


def refused(do: Callable[[], Any]) -> Any:
    """What it does, or the problem that explains why not."""
    try:
        return do()
    except LeaveUnknown as error:
        raise NotFound(str(error)) from error
    except NothingLoaded as error:
        raise Conflict(str(error)) from error
    except DutyRefused as error:
        raise Unprocessable("it is not right: repair what the reasons name", error.reasons) from error


def get_duty(open_work: Any) -> dict[str, Any]:
    with open_work() as work:
        return views.duty_now(work)


def get_shifts(request: Request, open_work: Any) -> dict[str, Any]:
    return {"shifts": _shifts(request, open_work)}


def get_calendar(request: Request, open_work: Any) -> Response:
    """The same shifts for a calendar program."""
    found = _shifts(request, open_work)
    with open_work() as work:
        text = write_calendar(found, views.names(work), work.address.strip("/"), work.now())
    headers = {"Content-Disposition": 'attachment; filename="duty.ics"'}
    return Response(text, headers=headers, content_type="text/calendar; charset=utf-8")


def import_shifts(request: Request, roster_id: str, open_work: Any) -> dict[str, Any]:
    file, by = file_of(request, MOST_BYTES), caller_of(request).name
    try:
        rows = tpool.execute(read_shifts, file)
    except TableError as error:
        raise Unprocessable(str(error)) from error
    finally:
        file.unlink()
    dry_run = request.args.get("dry_run") == "true"
    return refused(lambda: use_cases.import_shifts(roster_id, rows, dry_run, by, open_work))


def get_gaps(request: Request, open_work: Any) -> dict[str, Any]:
    text = request.args.get("days") or str(SHOWN)
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= MOST_DAYS:
        raise _wrong("days", f"{text[:20]!r} is no number of days", f"give a whole number from 1 to {MOST_DAYS}")
    with open_work() as work:
        return views.outlook(work, int(text))


def get_rosters(open_work: Any) -> dict[str, Any]:
    with open_work() as work:
        return {"rosters": views.rosters(work)}


def get_roster_changes(roster_id: str, open_work: Any) -> dict[str, Any]:
    with open_work() as work:
        return {"changes": views.roster_changes(work, roster_id)}


def put_roster(request: Request, roster_id: str, open_work: Any) -> dict[str, Any]:
    body, by = json_of(request), caller_of(request).name
    return refused(lambda: use_cases.set_roster(roster_id, body, by, open_work))


def post_override(request: Request, open_work: Any) -> dict[str, Any]:
    body, by = body_of(request, _OVERRIDING), caller_of(request).name
    with open_work() as work:
        about_members(request, MANAGE_DUTY, [body["out"], body["in_"]], work)
    return refused(lambda: use_cases.override(body, by, open_work))


def post_swap(request: Request, open_work: Any) -> dict[str, Any]:
    body, by = body_of(request, _SWAPPING), caller_of(request).name
    with open_work() as work:
        about_members(request, MANAGE_DUTY, [body[part]["member_id"] for part in ("one", "other")], work)
    return refused(lambda: use_cases.swap(body, by, open_work))


def _shifts(request: Request, open_work: Any) -> list[dict[str, Any]]:
    roster, member = request.args.get("roster") or None, request.args.get("member") or None
    with open_work() as work:
        since = moment_of(request, "from", work.now())
        until = moment_of(request, "until", since + dt.timedelta(days=SHOWN))
        if until - since > dt.timedelta(days=366):
            raise _wrong("until", "more than a year is asked for", "ask for less at once")
        return views.shifts(work, since, until, roster, member)


def moment_of(request: Request, name: str, otherwise: Moment) -> dt.datetime | Moment:
    """The moment that the address names. Raises Unprocessable."""
    text = request.args.get(name)
    if not text:
        return otherwise
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not 2000 <= moment.year < 2100:
        raise _wrong(name, f"{text[:40]!r} is no moment", "write 2026-12-01T00:00:00+08:00, the + as %2B")
    return moment


def _wrong(field: str, problem: str, repair: str) -> Unprocessable:
    reason = {"field": field, "problem": problem, "repair": repair}
    return Unprocessable("the address is not right: repair what the reasons name", [reason])
