"""A call-taker asks the reporter: tries, and notes the answer. The contact is intake's to show (decision 7)."""

from __future__ import annotations

from typing import Any

from services.callback import messages
from services.callback.domain.masking import mask
from services.callback.domain.satisfaction import Verdict, judge
from services.callback.errors import FollowUpUnknown, NotOpen
from services.callback.store import OpenWork, Work
from shared.messaging.envelope import NORMAL, URGENT, Event


def note_attempt(follow_up_id: str, who: str, reached: bool, note: str, open_work: OpenWork) -> dict[str, Any]:
    """A call that has brought no answer. Raises CallbackError."""
    with open_work() as work:
        row = _open_follow_up(follow_up_id, work)
        attempts = work.add_attempt(follow_up_id, work.now(), who, reached, mask(note))
        work.commit()
    left = max(row["attempts_wanted"] - attempts, 0)
    return {"number": row["number"], "attempts": attempts, "attempts_left": left, "closes_at": row["closes_at"]}


def take_answer(follow_up_id: str, who: str, answer: dict[str, Any], open_work: OpenWork) -> dict[str, Any]:
    """The reporter has answered: the case ends, or is handled again. The same answer twice is taken once.

    Raises CallbackError.
    """
    given = answer | {"text": mask(answer["text"]) or None}
    with open_work() as work:
        row = _follow_up(follow_up_id, work)
        if row["state"] == "answered" and all(row[name] == given[name] for name in given):
            return _answered(row, bool(row["rework"]))
        _refuse_ended(row)
        verdict = judge(given["solved"], given["satisfaction"], row["dissatisfied_is_rework"])
        ended = {"id": row["id"], "state": "answered", "ended_at": work.now(), "answered_by": who}
        work.end_follow_ups([ended | given | {"rework": verdict.rework}])
        work.count_said({row["case_id"]: row["said"] + 1})
        work.say([answer_said(row, given, verdict, work.address)])
        work.commit()
    return _answered(row, verdict.rework)


def answer_said(
    row: dict[str, Any], given: dict[str, Any], verdict: Verdict, address: str, cause: Event | None = None
) -> Event:
    """What is said about an answer; `row` is its follow-up with number, level and `said` of the case."""
    about = (address, row["number"], row["case_id"], row["said"] + 1, lane_of(row), cause)
    data = {"number": row["number"], "why": verdict.why} | given
    if verdict.rework:
        return messages.ReworkAsked.say(*about, round=row["round"] + 1, **data)
    return messages.CaseAnswered.say(*about, round=row["round"], outcome="answered", **data)


def _answered(row: dict[str, Any], rework: bool) -> dict[str, Any]:
    return {"number": row["number"], "round": row["round"], "rework": rework}


def _follow_up(follow_up_id: str, work: Work) -> dict[str, Any]:
    row = work.lock_follow_up(follow_up_id)
    if row is None:
        raise FollowUpUnknown(follow_up_id)
    return row


def _open_follow_up(follow_up_id: str, work: Work) -> dict[str, Any]:
    row = _follow_up(follow_up_id, work)
    _refuse_ended(row)
    return row


def _refuse_ended(row: dict[str, Any]) -> None:
    if row["state"] != "open":
        raise NotOpen(row["number"], row)


def lane_of(case: dict[str, Any]) -> str:
    """P1 and P2 travel in the urgent lane."""
    return URGENT if case["level"] in ("P1", "P2") else NORMAL
