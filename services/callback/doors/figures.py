"""Figures, words, what is striking, and asking again."""

from __future__ import annotations

import re
from typing import Any

from werkzeug.wrappers import Request

from services.callback import messages, use_cases, views
from services.callback.domain.questions import REASONS_ID, SATISFIED_ID, SOLVED_ID
from services.callback.doors.problems import problems, refuse_because
from shared.http.entrypoint import body_of, caller_of
from shared.http.problems import Unprocessable

MOST, MOST_MONTHS = 500, 36
BY = ("town", "unit", "category")
MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")
_REASK, _SECOND = messages.Reask(), messages.SecondAnswer()


def get_figures(request: Request, open_work: Any) -> dict[str, Any]:
    by = request.args.get("by") or "town"
    if by not in BY:
        raise _wrong("by", f"{by!r} is none of {', '.join(BY)}", "use one of these")
    with open_work() as work:
        running = views.town_month(work)
        until = _month(request, "to", _month(request, "from", running))
        since = _month(request, "from", until)
        if not 0 <= _months(until) - _months(since) < MOST_MONTHS:
            raise _wrong("from", f"{since} to {until} are not 1 to {MOST_MONTHS} months", "give from and to, YYYY-MM")
        found = views.figures_by(work, by, request.args.get("of"), since, until)
    return {"by": by, "from": since, "to": until, "figures": found}


def get_words(request: Request, open_work: Any) -> dict[str, Any]:
    with open_work() as work:
        month = _month(request, "month", views.town_month(work))
        return views.words(work, month, request.args.get("unit"), request.args.get("category"))


def get_marks(request: Request, open_work: Any) -> dict[str, Any]:
    with open_work() as work:
        return {"marks": views.marks(work, request.args.get("reason") or None, MOST)}


def get_reasks(request: Request, open_work: Any) -> dict[str, Any]:
    with open_work() as work:
        return {"reasks": views.reasks(work, MOST)}


def post_reasks(request: Request, open_work: Any) -> dict[str, Any]:
    body = body_of(request, _REASK)
    wanted = (body["month"], body["number"], body["unit"], body["marked"], body["reason"])
    return {"asked_again": use_cases.ask_again(caller_of(request).name, *wanted, open_work)}


def post_second_answer(request: Request, reask_id: str, open_work: Any) -> dict[str, Any]:
    body = body_of(request, _SECOND)
    answers = {SOLVED_ID: body["solved"], SATISFIED_ID: body["satisfaction"]} | body["more"]
    answers |= {REASONS_ID: body["reasons"]} if body["reasons"] else {}
    with problems(reask_id):
        both, refused = use_cases.answer_again(reask_id, caller_of(request).name, answers, body["text"], open_work)
        refuse_because(refused)
    return both


def _month(request: Request, name: str, usual: str) -> str:
    given = request.args.get(name) or usual
    if not MONTH.fullmatch(given):
        raise _wrong(name, f"{given!r} is no month", "write it as 2026-11")
    return given


def _months(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:])


def _wrong(field: str, problem: str, repair: str) -> Unprocessable:
    return Unprocessable(f"{field}: {problem}", [{"field": field, "problem": problem, "repair": repair}])
