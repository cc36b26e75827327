"""A reporter does not agree with how a case has ended: for some days it goes out again, later it is a new one."""

from __future__ import annotations

from typing import Any, NamedTuple

from services.callback.domain.refusing import Refusal, objection_refusal
from services.callback.domain.satisfaction import UNRATED, after
from services.callback.domain.words import both
from services.callback.store import OpenWork
from services.callback.use_cases.judging import terms_of
from services.callback.use_cases.saying import both_of, say_rework
from shared.masking import mask


class Objected(NamedTuple):
    """What became of an objection: the new round of the case, or why there is none."""

    number: str = ""
    round: int = 0
    refused: Refusal | None = None


def take_objection(number: str, by: str, source: str | None, text: str, open_work: OpenWork) -> Objected:
    """The reporter who knows the matter as `number` objects; `source`: only if that source has reported it. The same
    objection twice is taken once."""
    with open_work() as work:
        found = work.latest_round(number)
        row = work.lock_follow_ups([found["id"]]).get(found["id"]) if found else None
        if found is None or row is None or source not in (None, found["source"]):
            return Objected(refused=objection_refusal(None, None, work.now()))
        if work.objection(row["id"]):
            return Objected(row["number"], row["round"] + 1)
        terms = terms_of(row)
        if refused := objection_refusal(row, terms.objection, work.now()):
            return Objected(row["number"], row["round"], refused)
        words = mask(text)
        said = {"follow_up_id": row["id"], "report": number, "by": by, "text": words, "at": work.now()}
        work.add_objections([said])
        following = after(row["round"], terms.problem_after)
        why = both_of(both("诉求人对结果有异议", "the reporter objects to the outcome"), following)
        data: dict[str, Any] = {"solved": "no", "satisfaction": row["satisfaction"] or UNRATED, "text": words or None}
        data |= {"objection": True, "closed_before": True, "report": number, "answered_at": work.now().isoformat()}
        say_rework(row, following, why, work, **data)
        work.count_said({row["case_id"]: row["said"]})
        work.commit()
    return Objected(row["number"], row["round"] + 1)
