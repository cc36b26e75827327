"""Callback's errors and refusals as problem documents: every door words them alike."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from services.callback.domain.refusing import BAD_ANSWERS, NOT_A_REPORTER, OWN_CASE, SAME_PERSON, UNKNOWN
from services.callback.errors import CallUnknown, FollowUpUnknown, NotOpen, NotTaken
from services.callback.use_cases import Outcome
from shared.http.problems import Conflict, Forbidden, NotFound, Unprocessable


@contextmanager
def problems(wanted: str, unknown: type[FollowUpUnknown | CallUnknown] = FollowUpUnknown) -> Iterator[None]:
    """`wanted` is the id of a follow-up, or of what `unknown` says."""
    try:
        if not _is_uuid(wanted):
            raise unknown(wanted)
        yield
    except (FollowUpUnknown, CallUnknown) as error:
        raise NotFound(str(error)) from error
    except NotTaken as error:
        raise Conflict(str(error)) from error
    except NotOpen as error:
        raise Conflict(str(error), [{"field": name, "given": value} for name, value in error.given.items()]) from error


def refuse(outcome: Outcome) -> None:
    """Raises the problem that a refused answer is."""
    if outcome.taken:
        return
    given = [{"field": name, "given": value} for name, value in outcome.given.items()]
    about = f"the follow-up of {outcome.number} in round {outcome.round} is {outcome.state}: " if given else ""
    refuse_because((outcome.reason, about + outcome.text), given)


def refuse_because(refused: tuple[str, str] | None, given: Sequence[dict[str, Any]] = ()) -> None:
    """Raises the problem that a refusal (reason, text) is; `given`: what was answered, for whoever comes second."""
    if refused is None:
        return
    reason, text = refused
    if reason == UNKNOWN:
        raise NotFound(text)
    if reason in (OWN_CASE, SAME_PERSON):
        raise Forbidden(text)
    details = [{"field": "answer", "problem": reason, "repair": text}]
    if reason in (BAD_ANSWERS, NOT_A_REPORTER):
        raise Unprocessable(text, details)
    raise Conflict(text, [*details, *given])


def _is_uuid(text: str) -> bool:
    try:
        return bool(uuid.UUID(text))
    except ValueError:
        return False
