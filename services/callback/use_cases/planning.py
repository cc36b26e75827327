"""Work has been verified: is the reporter asked, and from when on?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from services.callback.domain.calendar import Calendar
from services.callback.domain.follow_up import Case, Decision, decide, due, reporters_of
from services.callback.domain.rules import Rules
from services.callback.domain.satisfaction import UNRATED, still_holds
from services.callback.store import OpenWork, Row
from services.callback.use_cases.answering import answer_in
from services.callback.use_cases.calling import rank_calls
from services.callback.use_cases.confirming import confirmed
from services.callback.use_cases.keeping import UNKNOWN
from services.callback.use_cases.saying import say_planned, say_unanswered
from shared.messaging.envelope import new_id
from shared.messaging.message import Heard

OF_CASE = ("number", "kind", "level", "source", "asks_reporter", "reported_by", "ordered")


def plan_follow_ups(heard: Sequence[Heard], open_work: OpenWork) -> list[str]:
    """Each verified round of a case gets one follow-up, is waived, or was answered already; always with the reason."""
    with open_work() as work:
        new, now = work.first_time(heard), work.now()
        cases = work.lock_cases(sorted({message.case_id for message in new}))
        work.too_early([m for m in new if m.case_id not in cases], UNKNOWN)
        planned, early = work.known_rounds(list(cases)), work.early_answers(list(cases))
        merged = work.merged_into([case["number"] for case in cases.values()])
        rules, calendar = work.asking(), work.calendar()
        month = f"{now.astimezone(calendar.zone):%Y-%m}"
        seed = work.seed(month) if cases else ""
        rows, answered, outcomes = [], [], {}
        for message in new:
            case = cases.get(message.case_id)
            if case is None or (message.case_id, message.round) in planned:
                outcomes[id(message)] = "known" if case else "too_early"
                continue
            if message.round <= case["withdrawn_round"]:
                outcomes[id(message)] = "withdrawn"
                continue
            decision = decide(_case(case, merged.get(case["number"], ())), rules, seed)
            row = _row(message, case, decision, rules, calendar, now) | {"month": month}
            rows.append(row)
            if decision.asked:
                say_planned(row, case, work, message.event)
            else:
                say_unanswered(row, case, "waived", decision.why, work, message.event)
            outcomes[id(message)] = "planned" if decision.asked else "waived"
            said = early.get((message.case_id, message.round))
            if said and decision.asked and still_holds(said["answered_at"], message.resolved_at):
                answered.append(confirmed(row["id"], said))
        work.add_questions([rules.questions] if rows else [])
        work.add_follow_ups(rows)
        rank_calls(rows, [cases[row["case_id"]]["level"] for row in rows], work)
        work.note_handlers([{"id": m.case_id, "handlers": _handlers(m)} for m in new if m.case_id in cases])
        work.count_said({case["id"]: case["said"] for case in cases.values()})
        answer_in(answered, work)
        work.commit()
    return [outcomes.get(id(message), "known") for message in heard]


def _case(row: Row, merged: Sequence[Row]) -> Case:
    return Case(**{name: row[name] for name in OF_CASE}, reporters=reporters_of(row, merged))


def _handlers(message: Heard) -> list[str]:
    """Whoever has handled or checked the round: they cannot ask about it."""
    return sorted({*message.handlers, message.member_id, message.checker_id} - {None})


def _row(message: Heard, case: Row, decision: Decision, rules: Rules, calendar: Calendar, now: dt.datetime) -> Row:
    due_at = due(rules, calendar, now) if decision.asked else now
    return {
        "id": new_id(),
        "case_id": message.case_id,
        "round": message.round,
        "state": "open" if decision.asked else "waived",
        "why": decision.why,
        "basis": decision.basis,
        "planned_at": now,
        "due_at": due_at,
        "closes_at": due_at + rules.window if decision.asked else now,
        "attempts_wanted": rules.attempts,
        "dissatisfied_is_rework": rules.terms.dissatisfied_is_rework,
        "terms": rules.terms.as_data(),
        "questions_version": rules.questions.version,
        "unit": message.unit or message.grid_id or "",
        "category": case["category"],
        "ended_at": None if decision.asked else now,
        "satisfaction": None if decision.asked else UNRATED,
    }
