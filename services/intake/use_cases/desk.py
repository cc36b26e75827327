"""The desk decides about submitted cases; who decided, and why, is kept and told."""

from __future__ import annotations

import datetime as dt
from typing import Any

from services.intake import messages
from services.intake.domain import feedback
from services.intake.domain.registration import Source
from services.intake.errors import CaseUnknown, CategoryUnknown, NotWaiting
from services.intake.store import OpenWork, Work
from services.intake.use_cases.announcing import case_data
from services.intake.use_cases.telling import lane_of, tell


def accept_case(number: str, who: str, category: str | None, open_work: OpenWork) -> dict[str, Any]:
    """The desk accepts a submitted case, with another category if it says so. Raises IntakeError."""
    with open_work() as work:
        row, now = _waiting(number, work), work.now()
        if category and category not in work.reference().catalogue:
            raise CategoryUnknown(category)
        source = work.sources().get(row["source"])
        said = _tell_decision(row, "accepted", "", source, work, now)
        work.move_cases([row | {"state": "accepted", "said": said, "at": now, "category": category}])
        work.add_history([_desk_step(row, "accepted", "desk accepts", who, "", now)])
        whole = work.whole_case(row["id"])
        data = case_data(whole, bool(source and source.asks_reporter))
        work.say([messages.CaseRegistered.say(work.address, number, row["id"], row["said"] + 1, lane_of(row), **data)])
        work.commit()
    return {"number": number, "state": "accepted"}


def reject_case(number: str, who: str, reason_code: str, reason: str, open_work: OpenWork) -> dict[str, Any]:
    """The desk refuses a submitted case; its source hears why and by whom. Raises CaseUnknown, NotWaiting."""
    with open_work() as work:
        row, now = _waiting(number, work), work.now()
        said = _tell_decision(row, "rejected", f"{reason} ({who})", work.sources().get(row["source"]), work, now)
        work.move_cases([row | {"state": "rejected", "said": said, "at": now}])
        work.add_history([_desk_step(row, "rejected", reason_code, who, reason, now)])
        work.say(
            [
                messages.CaseRejected.say(
                    work.address,
                    number,
                    row["id"],
                    row["said"] + 1,
                    lane_of(row),
                    number=number,
                    reason_code=reason_code,
                    reason=reason,
                    by=who,
                )
            ]
        )
        work.commit()
    return {"number": number, "state": "rejected"}


def _waiting(number: str, work: Work) -> dict[str, Any]:
    row = work.lock_case_by_number(number)
    if row is None:
        raise CaseUnknown(number)
    if row["state"] != "submitted":
        raise NotWaiting(number, row["state"])
    return row


def _desk_step(row: dict[str, Any], state: str, cause: str, who: str, note: str, now: dt.datetime) -> dict[str, Any]:
    return {
        "case_id": row["id"],
        "at": now,
        "round": row["round"],
        "from_state": row["state"],
        "to_state": state,
        "cause": cause,
        "who": who,
        "note": note,
    }


def _tell_decision(
    row: dict[str, Any], state: str, note: str, source: Source | None, work: Work, now: dt.datetime
) -> int:
    """Feedback about the desk's decision; gives back how many messages intake will have said about the case."""
    said = {row["id"]: row["said"] + 1}  # the decision itself comes before the feedback
    if source and feedback.wanted(state, source.feedback):
        tell([(row, "case_updated", feedback.body(state, row["number"], row["round"], note))], work, now, said)
    return said[row["id"]]
