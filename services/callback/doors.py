"""The HTTP doors of callback: a request becomes the arguments of a use case or a view, errors become problems."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from werkzeug.wrappers import Request

from services.callback import messages, use_cases, views
from services.callback.errors import FollowUpUnknown, NotOpen
from shared.http.entrypoint import body_of, caller_of
from shared.http.problems import Conflict, NotFound

MOST = 500
_ANSWER, _ATTEMPT = messages.Answer(), messages.Attempt()


def get_follow_ups(request: Request, open_work: Any) -> dict[str, Any]:
    state = request.args.get("state") or None
    with open_work() as work:
        if state == "due":
            return {"follow_ups": views.follow_ups_due(work, MOST)}
        return {"follow_ups": views.follow_ups_in_state(work, state, MOST)}


def post_attempt(request: Request, follow_up_id: str, open_work: Any) -> dict[str, Any]:
    body = body_of(request, _ATTEMPT)
    with _problems(follow_up_id):
        return use_cases.note_attempt(follow_up_id, caller_of(request).name, body["reached"], body["note"], open_work)


def post_answer(request: Request, follow_up_id: str, open_work: Any) -> dict[str, Any]:
    body = body_of(request, _ANSWER)
    with _problems(follow_up_id):
        return use_cases.take_answer(follow_up_id, caller_of(request).name, body, open_work)


@contextmanager
def _problems(follow_up_id: str) -> Iterator[None]:
    """Callback's errors as problem documents."""
    try:
        if not _is_uuid(follow_up_id):
            raise FollowUpUnknown(follow_up_id)
        yield
    except FollowUpUnknown as error:
        raise NotFound(str(error)) from error
    except NotOpen as error:
        raise Conflict(str(error), [{"field": name, "given": value} for name, value in error.given.items()]) from error


def _is_uuid(text: str) -> bool:
    try:
        return bool(uuid.UUID(text))
    except ValueError:
        return False
