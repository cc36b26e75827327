"""Leave: asked for by members, decided by the desk or a leader."""

from __future__ import annotations

import uuid
from typing import Any

from werkzeug.wrappers import Request

from services.dispatch import messages, use_cases, views
from services.dispatch.domain.access import MANAGE_LEAVES, MEMBER, scope
from services.dispatch.doors.duty import refused
from services.dispatch.doors.reach import about_members, person_of
from services.dispatch.errors import LeaveUnknown
from shared.http.entrypoint import body_of, caller_of
from shared.http.problems import NotFound

_ASKING, _DECIDING, _CANCELLING = messages.Asking(), messages.Deciding(), messages.Cancelling()


def get_leaves(request: Request, open_work: Any) -> dict[str, Any]:
    """Of members where the rights of whoever asks reach, and their own."""
    reach, member = scope(person_of(request), MANAGE_LEAVES), request.args.get("member") or None
    with open_work() as work:
        if member not in (None, reach.name):
            about_members(request, MANAGE_LEAVES, [member], work)
        return {"leaves": views.leaves(work, request.args.get("state") or None, member, reach)}


def post_leave(request: Request, open_work: Any) -> tuple[int, dict[str, Any]]:
    """A member's own leave waits to be decided; one that the desk or a leader enters for another is granted."""
    caller, body = caller_of(request), body_of(request, _ASKING)
    body["member_id"] = body["member_id"] or caller.name
    own = body["member_id"] == caller.name
    if not own:
        with open_work() as work:
            about_members(request, MANAGE_LEAVES, [body["member_id"]], work)
    return 201, refused(lambda: use_cases.ask_leave(body, caller.name, not own, open_work))


def decide_leave(request: Request, leave_id: str, open_work: Any) -> dict[str, Any]:
    by, body = caller_of(request).name, body_of(request, _DECIDING)
    one, granted, why = _uuid(leave_id), body["granted"], body["reason"]
    with open_work() as work:
        about_members(request, MANAGE_LEAVES, [views.member_of_leave(work, one)], work)
    return refused(lambda: use_cases.decide_leave(one, granted, why, by, open_work))


def cancel_leave(request: Request, leave_id: str, open_work: Any) -> dict[str, Any]:
    caller, body = caller_of(request), body_of(request, _CANCELLING)
    one, only_own = _uuid(leave_id), caller.role == MEMBER
    with open_work() as work:
        member = views.member_of_leave(work, one)
        if not only_own and member != caller.name:
            about_members(request, MANAGE_LEAVES, [member], work)
    return refused(lambda: use_cases.cancel_leave(one, body["reason"], caller.name, only_own, open_work))


def _uuid(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError as error:
        raise NotFound(str(LeaveUnknown(text))) from error
