"""What callback says about a case: counted on its row, which is locked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.callback import messages
from services.callback.domain.follow_up import TOPPED_UP
from services.callback.domain.questions import Questions
from services.callback.domain.satisfaction import UNRATED, Next, Verdict
from services.callback.domain.words import both
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
    data |= {"closed_before": row["basis"] == TOPPED_UP}
    say(messages.CaseAnswered, case, row["case_id"], work, cause, **data)


def say_answered(
    row: Row, given: Row, verdict: Verdict, following: Next, questions: Questions | None, work: Work
) -> None:
    """The answer that counts: the case ends with it, or goes out again; `row` is the follow-up with its case."""
    words = questions.words_of(given["reasons"]) if questions and given["reasons"] else None
    data = {name: given[name] for name in ("solved", "satisfaction", "channel", "report", "reasons", "media")}
    data |= {"text": given["text"] or None, "answered_at": _moment(given["at"])}
    data |= {"closed_before": row["basis"] == TOPPED_UP}
    data |= {"reasons_text": both(*words) if words else None}
    if verdict.rework:
        say_rework(row, following, both_of(verdict.why, following), work, **data)
        return
    data |= {"outcome": "answered", "why": verdict.why, "counts": verdict.counts}
    say(messages.CaseAnswered, row, row["case_id"], work, round=row["round"], **data)


def say_rework(row: Row, following: Next, why: str, work: Work, **data: Any) -> None:
    """The case goes out again, with what the reporter has said."""
    data |= {"why": why, "to": following.to, "problem": following.problem}
    say(messages.ReworkAsked, row, row["case_id"], work, round=row["round"] + 1, **data)


def both_of(why: str, following: Next) -> str:
    """Why it goes out again, and to whom, in both languages."""
    (zh, _, en), (zh_to, _, en_to) = why.partition(" / "), following.why.partition(" / ")
    return both(f"{zh};{zh_to}", f"{en}; {en_to}")


def _moment(at: Any) -> str:
    return at if isinstance(at, str) else str(at.isoformat())
