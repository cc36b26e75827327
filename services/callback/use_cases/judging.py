"""Answers are judged: the case ends, or goes out again. Nobody has answered in time: it ends as unrated."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from services.callback.domain.counting import Answer, Demand, counted, judge_at
from services.callback.domain.follow_up import reporters_of
from services.callback.domain.questions import Questions
from services.callback.domain.rules import Terms
from services.callback.domain.satisfaction import NOBODY_ANSWERED, UNRATED, after, judge
from services.callback.store import OpenWork, Row, Work
from services.callback.use_cases.saying import say_answered, say_unanswered
from shared.rounds import work_off

AT_ONCE = 100  # follow-ups of one transaction
Latest = Mapping[str, Mapping[str, Row]]  # follow-up → report → its answer
Merged = Mapping[str, Sequence[Row]]


def judge_due(open_work: OpenWork) -> int:
    """Follow-ups that are to be judged now, or whose window is over; gives how many."""
    return work_off(_judge_some, open_work)


def _judge_some(work: Work) -> int:
    rows = work.lock_due(AT_ONCE)
    merged = work.merged_into([row["number"] for row in rows])
    judge_answers(rows, work.latest_answers([row["id"] for row in rows]), merged, work)
    return len(rows)


def judge_answers(rows: Sequence[Row], latest: Latest, merged: Merged, work: Work) -> None:
    """Open follow-ups, locked with their cases, come to their end, or it is noted when they will; `rows` are afterwards
    what they have become."""
    now = work.now()
    later = []
    versions = work.questions({a["version"] for given in latest.values() for a in given.values()})
    for row in rows:
        given = latest.get(row["id"], {})
        when, counts = _judged(row, given, merged.get(row["number"], ()))
        if row["closes_at"] <= now or (when and when <= now):
            answer = given[counts.report] if counts else None
            _end(row, answer, versions.get(answer["version"]) if answer else None, now, work)
        elif when != row["judge_at"]:
            row["judge_at"] = when
            later.append({"id": row["id"], "judge_at": when})
    work.judge_later(later)
    work.count_said({row["case_id"]: row["said"] for row in rows})


def terms_of(row: Row) -> Terms:
    """The terms that were copied onto a follow-up when it was planned."""
    return Terms.of(row["terms"] or {"dissatisfied_is_rework": row["dissatisfied_is_rework"]})


def answers_of(row: Row, given: Mapping[str, Row], merged: Sequence[Row]) -> tuple[tuple[str, ...], dict[str, Answer]]:
    """Who may answer for a matter, and what they have."""
    answers = {
        report: Answer(a["id"], report, a["channel"], a["at"], a["solved"], a["satisfaction"])
        for report, a in given.items()
    }
    return reporters_of(row, merged), answers


def _judged(row: Row, given: Mapping[str, Row], merged: Sequence[Row]) -> tuple[dt.datetime | None, Answer | None]:
    """When the answers are judged (None: when the window is over), and which counts as it is."""
    terms = terms_of(row)
    reporters, answers = answers_of(row, given, merged)
    demand = Demand(row["demand"], row["demand_at"]) if row["demand"] else None
    return judge_at(answers, reporters, terms, demand), counted(answers, reporters, terms)


def _end(row: Row, given: Row | None, questions: Questions | None, now: dt.datetime, work: Work) -> None:
    row |= {"judge_at": None, "ended_at": now}
    if given is None:
        row |= {"state": "expired", "satisfaction": UNRATED, "rework": False}
        work.end_follow_ups([{name: row[name] for name in ("id", "state", "ended_at", "satisfaction", "rework")}])
        say_unanswered(row, row, "expired", NOBODY_ANSWERED, work)
        return
    terms = terms_of(row)
    verdict = judge(given["solved"], given["satisfaction"], terms.dissatisfied_is_rework, row["demand"])
    said = {name: given[name] for name in ("solved", "satisfaction")} | {"text": given["text"] or None}
    row |= said | {"state": "answered", "answered_by": given["by"], "rework": verdict.rework, "answer_id": given["id"]}
    row["counts"] = verdict.counts
    names = ("id", "state", "ended_at", "answered_by", "rework", "answer_id", "counts", *said)
    work.end_follow_ups([{name: row[name] for name in names}])
    say_answered(row, given, verdict, after(row["round"], terms.problem_after), questions, work)
