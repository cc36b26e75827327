"""Callback's errors and refusals as problem documents: every door words them alike."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from services.callback.domain.refusing import BAD_ANSWERS, OWN_CASE, UNKNOWN
from services.callback.errors import FollowUpUnknown, NotOpen
from services.callback.use_cases import Outcome
from shared.http.problems import Conflict, Forbidden, NotFound, Unprocessable


@contextmanager
def problems(follow_up_id: str) -> Iterator[None]:
    try:
        if not _is_uuid(follow_up_id):
            raise FollowUpUnknown(follow_up_id)
        yield
    except FollowUpUnknown as error:
        raise NotFound(str(error)) from error
    except NotOpen as error:
        raise Conflict(str(error), [{"field": name, "given": value} for name, value in error.given.items()]) from error


def refuse(outcome: Outcome) -> None:
    """Raises the problem that a refused answer is."""
    if outcome.taken:
        return
    details = [{"field": "answer", "problem": outcome.reason, "repair": outcome.text}]
    if outcome.reason == UNKNOWN:
        raise NotFound(outcome.text)
    if outcome.reason == OWN_CASE:
        raise Forbidden(outcome.text)
    if outcome.reason == BAD_ANSWERS:
        raise Unprocessable(outcome.text, details)
    about = f"the follow-up of {outcome.number} in round {outcome.round} is {outcome.state}"
    given = [{"field": name, "given": value} for name, value in outcome.given.items()]
    raise Conflict(f"{about}: {outcome.text}", given)


def _is_uuid(text: str) -> bool:
    try:
        return bool(uuid.UUID(text))
    except ValueError:
        return False
