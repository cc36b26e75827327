"""Supervision: what has a colour, what followed, points of units, interviews, and whether anything is forgotten."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug.wrappers import Request

from services.dispatch import messages, use_cases, views
from services.dispatch.domain.access import SEE_SUPERVISION, scope
from services.dispatch.doors.orders import is_uuid, person_of
from services.dispatch.doors.scores import months
from services.dispatch.errors import InterviewUnknown, MemberUnfit, NotPossible
from services.dispatch.use_cases.auditing import GRACE
from services.dispatch.use_cases.interviews import DROPPED, HELD, PROPOSED
from shared.http.entrypoint import body_of, caller_of
from shared.http.problems import Conflict, NotFound, Unprocessable

MOST, MOST_ROWS = 500, 2000
_HELD, _DROPPED = messages.Held(), messages.Dropped()


def get_supervision(request: Request, open_work: Any) -> dict[str, Any]:
    with open_work() as work:
        return views.supervision(work, scope(person_of(request), SEE_SUPERVISION), MOST)


def get_points(request: Request, open_work: Any) -> dict[str, Any]:
    reach, unit = scope(person_of(request), SEE_SUPERVISION), request.args.get("unit") or None
    with open_work() as work:
        since, until = months(request, work)
        return {"from": since, "to": until, "points": views.points(work, since, until, unit, reach, MOST_ROWS)}


def get_interviews(request: Request, open_work: Any) -> dict[str, Any]:
    state = request.args.get("state") or None
    if state not in (None, PROPOSED, HELD, DROPPED):
        reason = {"field": "state", "problem": f"{state[:40]!r} is no state of an interview"}
        reason |= {"repair": f"use {PROPOSED}, {HELD} or {DROPPED}"}
        raise Unprocessable("the question cannot be answered: repair what the reasons name", [reason])
    with open_work() as work:
        return {"interviews": views.interviews(work, state, MOST)}


def hold_interview(request: Request, interview_id: str, open_work: Any) -> dict[str, Any]:
    by, body = caller_of(request).name, body_of(request, _HELD)
    what = (body["held_on"], body["held_by"] or by, body["note"])
    return _recorded(interview_id, lambda: use_cases.hold_interview(interview_id, *what, by, open_work))


def drop_interview(request: Request, interview_id: str, open_work: Any) -> dict[str, Any]:
    by, body = caller_of(request).name, body_of(request, _DROPPED)
    return _recorded(interview_id, lambda: use_cases.drop_interview(interview_id, body["reason"], by, open_work))


def get_audit(open_work: Any) -> dict[str, Any]:
    with open_work() as work:
        return views.audit(work, GRACE, MOST)


def _recorded(interview_id: str, record: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        if not is_uuid(interview_id):
            raise InterviewUnknown(interview_id)
        return record()
    except InterviewUnknown as error:
        raise NotFound(str(error)) from error
    except NotPossible as error:
        raise Conflict(str(error)) from error
    except MemberUnfit as error:
        reason = {"field": "held_by", "problem": str(error), "repair": "name the member who has held it, by id"}
        raise Unprocessable("the body does not fit: repair what the reasons name", [reason]) from error
