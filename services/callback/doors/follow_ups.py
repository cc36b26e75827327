"""Follow-ups by state or case, demands, objections."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request

from services.callback import messages, use_cases, views
from services.callback.doors.problems import problems, refuse_because
from shared.http.entrypoint import body_of, caller_of
from shared.http.problems import Unprocessable

MOST = 500
STATES = (*views.STATES, views.TO_LOOK_AT)
_LOOK, _OBJECTION = messages.Look(), messages.Objection()


def get_follow_ups(request: Request, open_work: Any) -> dict[str, Any]:
    state, number = request.args.get("state") or None, request.args.get("number") or None
    if state not in (None, *STATES):
        reason = {
            "field": "state",
            "problem": f"{state[:40]!r} is unknown",
            "repair": f"use one of {', '.join(STATES)}",
        }
        raise Unprocessable("follow-ups have no such state", [reason])
    with open_work() as work:
        return {"follow_ups": views.follow_ups(work, state, number, MOST)}


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
