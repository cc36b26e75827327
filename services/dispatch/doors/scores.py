"""Scores, the cases behind each figure, and adoption."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from urllib.parse import urlencode

from werkzeug.wrappers import Request

from services.dispatch import views
from services.dispatch.domain.access import SEE_SCORES, Scope, scope
from services.dispatch.domain.scoring import DIMENSIONS, FIGURES
from services.dispatch.doors.reach import about_areas, about_members, outside, person_of
from shared.http.problems import Unprocessable

MOST = 500  # cases of a page
MOST_MONTHS = 36
OF_AREAS = ("grid", "unit", "member")  # of which there are figures of an area
MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")


def get_scores(request: Request, open_work: Any) -> dict[str, Any]:
    by = _one_of(request, "by", tuple(DIMENSIONS), "town")
    reach = _reach(request, by)
    with open_work() as work:
        since, until = months_of(request, work)
        found = views.scores(work, by, request.args.get("of"), since, until, reach)
    for row in found["scores"]:
        for figure, shown in row["figures"].items():
            asked = {"by": by, "of": row["of"], "month": row["month"], "figure": figure}
            shown["cases"] = f"/dispatch/scores/cases?{urlencode(asked)}" if shown["turns"] else None
    return found


def months(request: Request, work: Any) -> tuple[str, str]:
    """The first and the last month that are asked for: the one that runs, unless the request says more."""
    _, running = views.town_today(work)
    until = _month(request, "to", _month(request, "from", running))
    since = _month(request, "from", until)
    if not 0 <= _months(until) - _months(since) < MOST_MONTHS:
        raise _wrong("from", f"{since} to {until} are not 1 to {MOST_MONTHS} months", "give from and to, YYYY-MM")
    return since, until


def get_score_cases(request: Request, open_work: Any) -> dict[str, Any]:
    by = _one_of(request, "by", tuple(DIMENSIONS), "town")
    _reach(request, by)
    figure = _one_of(request, "figure", tuple(FIGURES), None)
    outcome = _one_of(request, "outcome", tuple(FIGURES[figure]), "") or None
    after, of = _number(request, "after"), request.args.get("of") or ""
    with open_work() as work:
        if by == "member":
            about_members(request, SEE_SCORES, [of], work)
        else:
            about_areas(request, SEE_SCORES, of, work)
        month = _month(request, "month", views.town_today(work)[1])
        rows = views.score_cases(work, by, of, month, figure, outcome, after, MOST)
    return {"cases": rows, "next": rows[-1]["assignment_id"] if len(rows) == MOST else None}


def get_adoption(request: Request, open_work: Any) -> dict[str, Any]:
    text = request.args.get("day")
    with open_work() as work:
        day = _day(text) if text else views.town_today(work)[0]
        return views.adoption(work, day, scope(person_of(request), SEE_SCORES))


def _reach(request: Request, by: str) -> Scope:
    """How far the rights of whoever asks reach: of an area there are figures by grid, unit and member."""
    person = person_of(request)
    reach = scope(person, SEE_SCORES)
    if not reach.everything and by not in OF_AREAS:
        raise outside(person, f"what you ask for by {by!r}; ask by={', '.join(OF_AREAS)}; it")
    return reach


def months_of(request: Request, work: Any) -> tuple[str, str]:
    """The first and the last month that the address asks for, or the one that runs. Raises Unprocessable."""
    _, running = views.town_today(work)
    until = _month(request, "to", _month(request, "from", running))
    since = _month(request, "from", until)
    if not 0 <= _months(until) - _months(since) < MOST_MONTHS:
        raise _wrong("from", f"{since} to {until} are not 1 to {MOST_MONTHS} months", "give from and to, YYYY-MM")
    return since, until


def _one_of(request: Request, name: str, allowed: tuple[str, ...], default: str | None) -> str:
    value = request.args.get(name) or default
    if value is None or (value != default and value not in allowed):
        raise _wrong(name, f"{(value or '')[:40]!r} is not known here", f"use one of {', '.join(allowed)}")
    return value


def _month(request: Request, name: str, default: str) -> str:
    text = request.args.get(name) or default
    if not MONTH.fullmatch(text):
        raise _wrong(name, f"{text[:40]!r} is no month", "write it as 2026-11")
    return text


def _months(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:])


def _number(request: Request, name: str) -> int:
    text = request.args.get(name) or "0"
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise _wrong(name, f"{text[:40]!r} is no number", "give `next` of the last answer")
    return int(text)


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise _wrong("day", f"{text[:40]!r} is no day", "write it as 2026-11-25") from error


def _wrong(field: str, problem: str, repair: str) -> Unprocessable:
    reasons = [{"field": field, "problem": problem, "repair": repair}]
    return Unprocessable("the question cannot be answered: repair what the reasons name", reasons)
