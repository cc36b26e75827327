"""Work has been verified: is the reporter asked, and from when on? Nobody has answered in time: the question ends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from services.callback import messages
from services.callback.domain.calendar import Calendar
from services.callback.domain.follow_up import Case, Decision, Rules, decide, due
from services.callback.domain.satisfaction import ERASED, NOBODY_ANSWERED, UNRATED, Verdict, judge, still_holds
from services.callback.store import OpenWork
from services.callback.use_cases.asking import answer_said, lane_of
from shared.messaging.envelope import Event, new_id
from shared.messaging.message import Heard

AT_ONCE = 100  # follow-ups that expire in one transaction
CASE = ("number", "kind", "level", "anonymous", "asks_reporter")


def keep_cases(heard: Sequence[Heard], open_work: OpenWork) -> None:
    """What callback needs to know of each case. A case is added once, whatever is heard
    twice: its own key does what the inbox does elsewhere."""
    with open_work() as work:
        work.unpark(heard)
        rows = [{name: getattr(m, name) for name in (*CASE, "reported_by")} | {"id": m.case_id} for m in heard]
        work.add_cases([row | {"ordered": bool(m.service)} for row, m in zip(rows, heard, strict=True)])
        work.commit()


def plan_follow_ups(heard: Sequence[Heard], open_work: OpenWork) -> list[str]:
    """Each verified round of a case gets one follow-up, is waived, or was answered already; always with the reason."""
    with open_work() as work:
        new, now = work.first_time(heard), work.now()
        cases = work.lock_cases(sorted({message.case_id for message in new}))
        work.too_early([m for m in new if m.case_id not in cases], "the case is not known here yet")
        planned, early = work.known_rounds(list(cases)), work.early_answers(list(cases))
        rules, calendar = work.asking(), work.calendar()
        rows, events, outcomes = [], [], {}
        for message in new:
            case = cases.get(message.case_id)
            if case is None or (message.case_id, message.round) in planned:
                outcomes[id(message)] = "known" if case else "too_early"
                continue
            if message.round <= case["withdrawn_round"]:
                outcomes[id(message)] = "withdrawn"
                continue
            decision = decide(_case(case), rules)
            row = _row(message, decision, rules, calendar, now)
            answer = early.get((message.case_id, message.round))
            if answer and still_holds(answer["answered_at"], message.resolved_at):
                row |= _answered(answer, row)
            rows.append(row)
            events.append(_event(row, case, work.address, message.event))
            outcomes[id(message)] = {"open": "planned"}.get(row["state"], row["state"])
        work.add_follow_ups(rows)
        work.count_said({case["id"]: case["said"] for case in cases.values()})
        work.say(events)
        work.commit()
    return [outcomes.get(id(message), "known") for message in heard]


def waive_erased(heard: Sequence[Heard], open_work: OpenWork) -> list[str]:
    """Reporters who have been erased are not asked: open follow-ups of their cases end, and none is planned."""
    with open_work() as work:
        new, now = work.first_time(heard), work.now()
        cases = work.lock_cases(sorted({message.case_id for message in new}))
        early = [message for message in new if message.case_id not in cases]
        work.too_early(early, "the case is not known here yet")
        rows = work.lock_open(list(cases))
        ended = {"state": "waived", "ended_at": now, "satisfaction": UNRATED, "rework": False}
        work.end_follow_ups([{"id": row["id"]} | ended for row in rows])
        work.forget_reporters(list(cases))
        causes = {message.case_id: message.event for message in new}
        for row in rows:
            case = cases[row["case_id"]]
            work.say([_unanswered(row, case, "waived", ERASED, work.address, causes[row["case_id"]])])
        work.count_said({case["id"]: case["said"] for case in cases.values()})
        work.commit()
    return ["too_early" if message in early else "done" for message in heard]


def expire_follow_ups(open_work: OpenWork) -> int:
    """Follow-ups whose window is over end unrated; gives how many."""
    with open_work() as work:
        rows, now = work.lock_expired(AT_ONCE), work.now()
        ended = {"state": "expired", "ended_at": now, "satisfaction": UNRATED, "rework": False}
        work.end_follow_ups([{"id": row["id"]} | ended for row in rows])
        work.say(_unanswered(row, row, "expired", NOBODY_ANSWERED, work.address) for row in rows)
        work.count_said({row["case_id"]: row["said"] for row in rows})
        work.commit()
    return len(rows)


def _case(row: dict[str, Any]) -> Case:
    return Case(
        row["number"],
        row["kind"],
        row["level"],
        row["asks_reporter"],
        row["reported_by"],
        not row["anonymous"],
        row["ordered"],
    )


def _row(message: Heard, decision: Decision, rules: Rules, calendar: Calendar, now: dt.datetime) -> dict[str, Any]:
    due_at = due(rules, calendar, now) if decision.asked else now
    return {
        "id": new_id(),
        "case_id": message.case_id,
        "round": message.round,
        "state": "open" if decision.asked else "waived",
        "why": decision.why,
        "planned_at": now,
        "due_at": due_at,
        "closes_at": due_at + rules.window if decision.asked else now,
        "attempts_wanted": rules.attempts,
        "dissatisfied_is_rework": rules.dissatisfied_is_rework,
        "ended_at": None if decision.asked else now,
        "satisfaction": None if decision.asked else UNRATED,
    }


def _answered(answer: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    """A follow-up that ends before it begins: what was to be asked is said already."""
    verdict = judge(answer["solved"], answer["satisfaction"], row["dissatisfied_is_rework"])
    given = {name: answer[name] for name in ("solved", "satisfaction", "text", "answered_by")}
    ended = {"state": "answered", "ended_at": row["planned_at"], "closes_at": row["due_at"], "rework": verdict.rework}
    return given | ended | {"why": verdict.why}


def _event(row: dict[str, Any], case: dict[str, Any], address: str, cause: Event) -> Event:
    if row["state"] == "waived":
        return _unanswered(row, case, "waived", row["why"], address, cause)
    if row["state"] == "answered":
        given = {name: row[name] for name in ("solved", "satisfaction", "text")}
        said = answer_said(case | row, given, Verdict(row["rework"], row["why"]), address, cause)
        case["said"] += 1
        return said
    case["said"] += 1
    return messages.FollowUpPlanned.say(
        address,
        case["number"],
        case["id"],
        case["said"],
        lane_of(case),
        cause,
        number=case["number"],
        round=row["round"],
        follow_up_id=row["id"],
        due_at=row["due_at"].isoformat(),
        why=row["why"],
    )


def _unanswered(
    row: dict[str, Any], case: dict[str, Any], outcome: str, why: str, address: str, cause: Event | None = None
) -> Event:
    """The case ends without an answer: nobody was to be asked, or nobody has answered."""
    case["said"] += 1
    data = {"number": case["number"], "round": row["round"], "outcome": outcome, "satisfaction": UNRATED, "why": why}
    return messages.CaseAnswered.say(
        address, case["number"], row["case_id"], case["said"], lane_of(case), cause, **data
    )
