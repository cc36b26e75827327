"""What became of interviews 约谈 that supervision has proposed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from services.dispatch import messages
from services.dispatch.errors import InterviewUnknown, MemberUnfit, NotPossible
from services.dispatch.store import OpenWork, Row, Work
from services.dispatch.use_cases.recording import lane_of

PROPOSED, HELD, DROPPED = "proposed", "held", "dropped"


def hold_interview(
    interview_id: str, held_on: dt.date, held_by: str, note: str, by: str, open_work: OpenWork
) -> dict[str, Any]:
    """It was held on that day, by that member, with that result. Raises InterviewUnknown, NotPossible, MemberUnfit."""
    with open_work() as work:
        interview = _proposed(interview_id, by, work)
        calendar, member = work.calendar(), work.roster([], [held_by]).member(held_by)
        if calendar and held_on > work.now().astimezone(calendar.zone).date():
            raise NotPossible(f"{held_on} is yet to come: record it when it was held")
        if member is None or held_by == interview["member_id"]:
            raise MemberUnfit(f"{held_by[:40]!r} is no other member on the roll")
        return _decide(interview, HELD, held_on, held_by, note, by, work)


def drop_interview(interview_id: str, reason: str, by: str, open_work: OpenWork) -> dict[str, Any]:
    """It is not going to be held, and why. Raises InterviewUnknown, NotPossible."""
    with open_work() as work:
        return _decide(_proposed(interview_id, by, work), DROPPED, None, None, reason, by, work)


def _proposed(interview_id: str, by: str, work: Work) -> Row:
    interview = work.lock_interview(interview_id)
    if interview is None:
        raise InterviewUnknown(interview_id)
    if interview["state"] != PROPOSED:
        raise NotPossible(f"it is {interview['state']} already: GET /dispatch/interviews says what was recorded")
    if interview["member_id"] == by:
        raise NotPossible("nobody records an interview with themselves: ask the desk")
    return interview


def _decide(
    interview: Row, state: str, held_on: dt.date | None, held_by: str | None, note: str, by: str, work: Work
) -> dict[str, Any]:
    cases = work.lock_cases([interview["case_id"]])
    case = cases[interview["case_id"]]
    case["said"] += 1
    decided = {"interview_id": interview["interview_id"], "state": state, "held_by": held_by, "note": note}
    decided |= {"held_on": held_on.isoformat() if held_on else None}
    order = work.current_orders(cases)[case["id"]]
    work.put_interview(id=interview["interview_id"], state=state, held_on=held_on, held_by=held_by, note=note, by=by)
    said = {"number": case["number"], "order_id": interview["order_id"], "round": order.round} | decided
    said |= {"title": case["title"], "member_id": interview["member_id"], "unit": interview["unit"], "by": by}
    address = (work.address, case["number"], case["id"], case["said"], lane_of(case))
    work.say([messages.InterviewRecorded.say(*address, **said, why=interview["why"])])
    work.count_said([case])
    work.commit()
    return decided | {"number": case["number"], "member_id": interview["member_id"], "unit": interview["unit"]}
