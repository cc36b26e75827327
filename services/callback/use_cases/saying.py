"""What callback says about a case: counted on its row, which is locked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.callback import messages
from services.callback.domain.satisfaction import UNRATED, Verdict
from services.callback.store import Row, Work
from shared.messaging.envelope import NORMAL, URGENT, Event
from shared.messaging.message import Message


def lane_of(case: Mapping[str, Any]) -> str:
    """P1 and P2 travel in the urgent lane."""
    return URGENT if case["level"] in ("P1", "P2") else NORMAL


def say(kind: type[Message], case: Row, case_id: str, work: Work, cause: Event | None = None, **data: Any) -> None:
    """One message about a case; `case` has number, level and `said`, which counts on."""
    case["said"] += 1
    about = (work.address, case["number"], case_id, case["said"], lane_of(case), cause)
    work.say([kind.say(*about, number=case["number"], **data)])


def say_planned(row: Row, case: Row, work: Work, cause: Event | None = None) -> None:
    """The reporter is going to be asked."""
    data = {"round": row["round"], "follow_up_id": row["id"], "due_at": row["due_at"].isoformat(), "why": row["why"]}
    say(messages.FollowUpPlanned, case, row["case_id"], work, cause, **data)


def say_unanswered(row: Row, case: Row, outcome: str, why: str, work: Work, cause: Event | None = None) -> None:
    """The question is settled without an answer: nobody was to be asked, or nobody has answered."""
    data = {"round": row["round"], "outcome": outcome, "satisfaction": UNRATED, "why": why}
    say(messages.CaseAnswered, case, row["case_id"], work, cause, **data)


def say_answered(row: Row, given: Row, verdict: Verdict, work: Work) -> None:
    """The answer that counts: the case ends with it, or goes out again; `row` is the follow-up with its case."""
    data = {name: given[name] for name in ("solved", "satisfaction")} | {"text": given["text"] or None}
    data |= {"why": verdict.why}
    if verdict.rework:
        say(messages.ReworkAsked, row, row["case_id"], work, round=row["round"] + 1, **data)
    else:
        say(messages.CaseAnswered, row, row["case_id"], work, round=row["round"], outcome="answered", **data)
