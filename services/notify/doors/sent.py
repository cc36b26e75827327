"""The door to what went out, by case and by person."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request

from services.notify import views
from services.notify.doors.asked import is_uuid, wrong
from shared.http.entrypoint import caller_of
from shared.http.problems import NotFound

MOST = 200


def get_sent(request: Request, open_work: Any) -> dict[str, Any]:
    """By case, by person, or both. Members see what they were told themselves, leaders what concerns their area."""
    caller = caller_of(request)
    number, person, before = (request.args.get(name) or None for name in ("number", "person", "before"))
    if before and not is_uuid(before):
        raise wrong("before", f"{before[:40]!r} is no id", "give the id of the last one that was listed")
    if caller.role == "member":
        person = person or caller.name
    if not (number or person):
        raise wrong("number", "neither a case nor a person is given", "ask with ?number= or ?person=")
    with open_work() as work:
        own = person == caller.name
        theirs = not caller.area or views.lies_within(work, caller.area, number, person)
        if not own and (caller.role == "member" or not theirs):
            raise NotFound("there is no such case or person here: your rights end at your area and what you were told")
        return {"sent": views.sent(work, number, person, caller.role == "desk", before, MOST)}
