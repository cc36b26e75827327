"""Answers are judged: the case ends, or goes out again. Nobody has answered in time: it ends as unrated."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from services.callback.domain.counting import Answer, counted, judge_at
from services.callback.domain.follow_up import reporters_of
from services.callback.domain.rules import Terms
from services.callback.domain.satisfaction import NOBODY_ANSWERED, UNRATED, judge
from services.callback.store import OpenWork, Row, Work
from services.callback.use_cases.saying import say_answered, say_unanswered

AT_ONCE = 100  # follow-ups of one transaction
Latest = Mapping[str, Mapping[str, Row]]  # follow-up → report → its answer
Merged = Mapping[str, Sequence[Row]]


def judge_due(open_work: OpenWork) -> int:
    """Follow-ups that are to be judged now, or whose window is over; gives how many."""
    with open_work() as work:
        rows = work.lock_due(AT_ONCE)
        merged = work.merged_into([row["number"] for row in rows])
        judge_answers(rows, work.latest_answers([row["id"] for row in rows]), merged, work)
        work.commit()
    return len(rows)


def judge_answers(rows: Sequence[Row], latest: Latest, merged: Merged, work: Work) -> None:
    """Open follow-ups, locked with their cases, come to their end, or it is noted when they will; `rows` are afterwards
    what they have become."""
    now = work.now()
    later = []
    for row in rows:
        given = latest.get(row["id"], {})
        when, counts = _judged(row, given, merged.get(row["number"], ()))
        if row["closes_at"] <= now or (when and when <= now):
            _end(row, given[counts.report] if counts else None, now, work)
        elif when != row["judge_at"]:
            row["judge_at"] = when
            later.append({"id": row["id"], "judge_at": when})
    work.judge_later(later)
    work.count_said({row["case_id"]: row["said"] for row in rows})


def terms_of(row: Row) -> Terms:
    """The terms that were copied onto a follow-up when it was planned."""
    return Terms.of(row["terms"] or {"dissatisfied_is_rework": row["dissatisfied_is_rework"]})


def _judged(row: Row, given: Mapping[str, Row], merged: Sequence[Row]) -> tuple[dt.datetime | None, Answer | None]:
    """When the answers are judged (None: when the window is over), and which counts as it is."""
    reporters, terms = reporters_of(row, merged), terms_of(row)
    answers = {
        report: Answer(a["id"], report, a["channel"], a["at"], a["solved"], a["satisfaction"])
        for report, a in given.items()
    }
    return judge_at(answers, reporters, terms), counted(answers, reporters, terms)


def _end(row: Row, given: Row | None, now: dt.datetime, work: Work) -> None:
    row |= {"judge_at": None, "ended_at": now}
    if given is None:
        row |= {"state": "expired", "satisfaction": UNRATED, "rework": False}
        work.end_follow_ups([{name: row[name] for name in ("id", "state", "ended_at", "satisfaction", "rework")}])
        say_unanswered(row, row, "expired", NOBODY_ANSWERED, work)
        return
    verdict = judge(given["solved"], given["satisfaction"], terms_of(row).dissatisfied_is_rework)
    said = {name: given[name] for name in ("solved", "satisfaction")} | {"text": given["text"] or None}
    row |= said | {"state": "answered", "answered_by": given["by"], "rework": verdict.rework, "answer_id": given["id"]}
    names = ("id", "state", "ended_at", "answered_by", "rework", "answer_id", *said)
    work.end_follow_ups([{name: row[name] for name in names}])
    say_answered(row, given, verdict, work)
