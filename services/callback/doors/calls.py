"""Call-takers' doors: the list, taking calls, and what came of them; links for whom nobody has reached."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request

from services.callback import messages, use_cases, views
from services.callback.domain.questions import REASONS_ID, SATISFIED_ID, SOLVED_ID
from services.callback.domain.rules import DESK
from services.callback.doors.problems import problems, refuse
from services.callback.errors import CallUnknown
from shared.http.entrypoint import body_of, caller_of
from shared.http.problems import Unprocessable

MOST = 500
WHICH = ("due", "taken", "later", "linked", "open")
_TAKE, _NOT_REACHED, _ANSWER = messages.Take(), messages.NotReached(), messages.Answer()


def get_calls(request: Request, open_work: Any) -> dict[str, Any]:
    which = request.args.get("state") or "due"
    if which not in WHICH:
        reason = {"field": "state", "problem": f"{which[:40]!r} is unknown", "repair": f"use one of {', '.join(WHICH)}"}
        raise Unprocessable("there is no such list of calls", [reason])
    with open_work() as work:
        return views.calls(work, which, MOST)


def take_calls(request: Request, open_work: Any) -> dict[str, Any]:
    body = body_of(request, _TAKE)
    taken = use_cases.take_calls(caller_of(request).name, body["count"], open_work)
    return {"calls": taken.calls, "opens_at": taken.opens_at}


def not_reached(request: Request, call_id: str, open_work: Any) -> dict[str, Any]:
    body = body_of(request, _NOT_REACHED)
    with problems(call_id, CallUnknown):
        return use_cases.not_reached(call_id, caller_of(request).name, body, open_work)


def answered(request: Request, call_id: str, open_work: Any) -> dict[str, Any]:
    body = body_of(request, _ANSWER)
    answers = {SOLVED_ID: body["solved"], SATISFIED_ID: body["satisfaction"]} | body["more"]
    answers |= {REASONS_ID: body["reasons"]} if body["reasons"] else {}
    given = use_cases.Given("", DESK, caller_of(request).name, answers, body["text"])
    with problems(call_id, CallUnknown):
        more = {name: body[name] for name in ("report", "version", "unreasonable")}
        outcome = use_cases.answered(call_id, given._replace(**more), open_work)
        refuse(outcome)
    judged = {"state": outcome.state, "judged_at": outcome.judged_at, "rework": outcome.rework}
    return {"number": outcome.number, "round": outcome.round} | judged


def give_back(request: Request, call_id: str, open_work: Any) -> dict[str, Any]:
    with problems(call_id, CallUnknown):
        return use_cases.give_back(call_id, caller_of(request).name, open_work)


def give_links(request: Request, follow_up_id: str, address: Any, open_work: Any) -> dict[str, Any]:
    with problems(follow_up_id):
        return use_cases.give_links(follow_up_id, caller_of(request).name, address, open_work)
