"""The doors to silences: the desk silences what it likes, a leader what lies in the area."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request

from services.notify import messages, use_cases, views
from services.notify.domain.transitions import path_of
from services.notify.doors.asked import is_uuid, wrong
from services.notify.errors import NotYours, SilenceOver, SilenceRefused, SilenceUnknown
from shared.http.entrypoint import body_of, caller_of
from shared.http.problems import Conflict, Forbidden, NotFound, Unprocessable

MOST = 500
_SILENCE, _END = messages.Silence(), messages.EndSilence()


def get_silences(request: Request, open_work: Any) -> dict[str, Any]:
    """A caller whose rights end at an area sees what is silenced in it."""
    ended, bound = request.args.get("ended", "false"), caller_of(request).area
    if ended not in ("true", "false"):
        raise wrong("ended", f"{ended[:40]!r} is neither true nor false", "write true to see those of before, too")
    with open_work() as work:
        found = views.silences(work, ended == "true", MOST)
        parents = work.area_parents() if bound else {}
    return {"silences": [one for one in found if not bound or bound in path_of(one["matchers"].get("area"), parents)]}


def post_silence(request: Request, open_work: Any) -> tuple[int, dict[str, Any]]:
    body, caller = body_of(request, _SILENCE), caller_of(request)
    try:
        return 201, use_cases.add_silence(body, caller.name, caller.area, open_work)
    except SilenceRefused as error:
        told = [{"field": field, "problem": problem, "repair": repair} for field, problem, repair in error.mistakes]
        raise Unprocessable("this cannot be silenced so", told) from error
    except NotYours as error:
        raise Forbidden(str(error)) from error


def post_end_silence(request: Request, silence_id: str, open_work: Any) -> dict[str, Any]:
    body_of(request, _END)
    caller = caller_of(request)
    try:
        if not is_uuid(silence_id):
            raise SilenceUnknown(silence_id)
        return use_cases.end_silence(silence_id, caller.name, caller.area, open_work)
    except SilenceUnknown as error:
        raise NotFound(str(error)) from error
    except NotYours as error:
        raise Forbidden(str(error)) from error
    except SilenceOver as error:
        raise Conflict(str(error), [{"field": "ends_at", "given": silence_id}]) from error
