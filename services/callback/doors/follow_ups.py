"""The desk's doors: the call list, attempts, and answers that were given by telephone."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request

from services.callback import messages, use_cases, views
from services.callback.domain.questions import REASONS_ID, SATISFIED_ID, SOLVED_ID
from services.callback.domain.rules import DESK
from services.callback.doors.problems import problems, refuse, refuse_because
from shared.http.entrypoint import body_of, caller_of

MOST = 500
_ANSWER, _ATTEMPT, _LOOK, _OBJECTION = (
    messages.Answer(),
    messages.Attempt(),
    messages.Look(),
    messages.Objection(),
)


def get_follow_ups(request: Request, open_work: Any) -> dict[str, Any]:
    state = request.args.get("state") or None
    with open_work() as work:
        if state == "due":
            return {"follow_ups": views.follow_ups_due(work, MOST)}
        return {"follow_ups": views.follow_ups_in_state(work, state, MOST)}


def post_attempt(request: Request, follow_up_id: str, open_work: Any) -> dict[str, Any]:
    body = body_of(request, _ATTEMPT)
    with problems(follow_up_id):
        return use_cases.note_attempt(follow_up_id, caller_of(request).name, body["reached"], body["note"], open_work)


def post_answer(request: Request, follow_up_id: str, open_work: Any) -> dict[str, Any]:
    body = body_of(request, _ANSWER)
    answers = {SOLVED_ID: body["solved"], SATISFIED_ID: body["satisfaction"]} | body["more"]
    answers |= {REASONS_ID: body["reasons"]} if body["reasons"] else {}
    given = use_cases.Given(follow_up_id, DESK, caller_of(request).name, answers, body["text"])
    more = {name: body[name] for name in ("report", "version", "unreasonable")}
    with problems(follow_up_id):
        (outcome,) = use_cases.answer([given._replace(**more)], open_work)
        refuse(outcome)
    judged = {"state": outcome.state, "judged_at": outcome.judged_at, "rework": outcome.rework}
    return {"number": outcome.number, "round": outcome.round} | judged


def post_demand(request: Request, follow_up_id: str, open_work: Any) -> dict[str, Any]:
    body, by = body_of(request, _LOOK), caller_of(request).name
    with problems(follow_up_id):
        row, refused = use_cases.look_at_demand(follow_up_id, by, body["reasonable"], body["reason"], open_work)
        refuse_because(refused)
    return {name: row[name] for name in ("number", "round", "state", "demand", "rework")}


def post_objection(request: Request, open_work: Any) -> dict[str, Any]:
    body, caller = body_of(request, _OBJECTION), caller_of(request)
    source = caller.name if caller.role == "source" else None
    objected = use_cases.take_objection(body["number"], caller.name, source, body["text"], open_work)
    refuse_because(objected.refused)
    return {"number": objected.number, "round": objected.round}
