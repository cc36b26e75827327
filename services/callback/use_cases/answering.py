"""Reporters answer: the one way in for the desk's call, the page, the chat, and a source's confirmation.

When an answer is judged. What a call-taker or a source says is judged at once: the call-taker has asked back, and a
platform's confirmation is final on its side. What a reporter has tapped on a page or in a chat is judged a short while
later (`callback.settle` of the rule set, half an hour): people tap the wrong button, see it, and correct it; judging at
once would send somebody out again by mistake, or close a case that is not solved. Until it is judged, each further
answer of the same reporter takes the place of the earlier one, and the while begins anew. When several have reported
one matter, it is judged as soon as nobody's answer can change the outcome any more (`domain/counting.py`), at the
latest when the window closes. A late answer is refused (`closed`); whoever disagrees then objects.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from services.callback.domain.follow_up import reporters_of
from services.callback.domain.questions import REASONS_ID, SOLVED_ID, Questions, satisfaction_of
from services.callback.domain.refusing import NO_FOLLOW_UP, Refusal, bad_answers, no_demand, refusal
from services.callback.store import OpenWork, Row, Work
from services.callback.use_cases.demands import propose
from services.callback.use_cases.judging import judge_answers
from services.callback.use_cases.watching import mark
from shared.masking import mask
from shared.messaging.envelope import new_id

SAME = ("channel", "by", "answers", "text", "media", "version")


class Given(NamedTuple):
    """What one reporter has said, as it came in.

    `by`: the call-taker, the source, or `reporter`; `report`: the number under which this reporter knows the matter
    (the first reporter's, if left out); `answers`: question id → value, for `reasons` a list; `media`: references;
    `device`: whatever tells devices apart, kept as a digest; `seconds`: that the answering took; `unreasonable`: why
    the call-taker thinks that a dissatisfied reporter's demand is; somebody else of the desk has to think so too."""

    follow_up_id: str
    channel: str
    by: str
    answers: Mapping[str, Any]
    text: str = ""
    media: Sequence[str] = ()
    report: str | None = None
    version: str | None = None
    device: str | None = None
    seconds: float | None = None
    unreasonable: str = ""


class Outcome(NamedTuple):
    """Taken, or why not: `reason` is closed, unknown, own_case, not_a_reporter or bad_answers, `text` says it in words.

    `state` and `judged_at` are those of the follow-up afterwards: judged already, or when it will be (None: when the
    window is over). `rework`: whether the case goes out again, once that is known. `given`: the answer that it has."""

    follow_up_id: str
    taken: bool
    reason: str = ""
    text: str = ""
    number: str = ""
    round: int = 0
    state: str = ""
    judged_at: dt.datetime | None = None
    rework: bool | None = None
    given: Mapping[str, Any] = {}


def answer(given: Sequence[Given], open_work: OpenWork) -> list[Outcome]:
    """Take these answers, and judge what can be judged now: one outcome each. The same again is taken once."""
    with open_work() as work:
        outcomes = answer_in(given, work)
        work.commit()
    return outcomes


def answer_in(given: Sequence[Given], work: Work) -> list[Outcome]:
    """As `answer`, in a transaction of somebody else's."""
    rows = work.lock_follow_ups(sorted({one.follow_up_id for one in given}))
    merged = work.merged_into([row["number"] for row in rows.values()])
    latest = work.latest_answers(list(rows))
    questions = _questions(given, rows, work)
    refused: dict[int, Refusal] = {}
    fresh: list[tuple[Row, Row]] = []
    for n, one in enumerate(given):
        if (row := rows.get(one.follow_up_id)) is None:
            refused[n] = NO_FOLLOW_UP
            continue
        reporters = reporters_of(row, merged.get(row["number"], ()))
        report = one.report or (reporters[0] if reporters else row["number"])
        taken = _answer(one, report, row, work.now())
        known = latest.get(row["id"], {}).get(report)
        if known and all(known[name] == taken[name] for name in SAME):
            continue
        wrong = (
            refusal(row, one.channel, one.by, report, reporters, work.now())
            or bad_answers(one.answers, row["category"], questions.get(taken["version"]))
            or no_demand(one.unreasonable, one.channel, taken["solved"], taken["satisfaction"])
        )
        if wrong:
            refused[n] = wrong
            continue
        latest[row["id"]][report] = taken
        fresh.append((taken, row))
        propose(row, one.by, one.unreasonable, work)
    if fresh:
        work.add_answers([taken for taken, _ in fresh])
        mark(fresh, work.asking(), work)
    judge_answers([row for row in rows.values() if row["state"] == "open"], latest, merged, work)
    return [_outcome(one, rows.get(one.follow_up_id), refused.get(n)) for n, one in enumerate(given)]


def _questions(given: Sequence[Given], rows: Mapping[str, Row], work: Work) -> dict[str, Questions]:
    versions = {one.version for one in given} | {row["questions_version"] for row in rows.values()}
    found = work.questions({version for version in versions if version})
    if any(row["questions_version"] is None for row in rows.values()):  # planned before questions had versions
        usual = work.asking().questions
        work.add_questions([usual])
        found[usual.version] = usual
        for row in rows.values():
            row["questions_version"] = row["questions_version"] or usual.version
    return found


def _answer(one: Given, report: str, row: Row, now: dt.datetime) -> Row:
    return {
        "id": new_id(),
        "follow_up_id": row["id"],
        "report": report,
        "channel": one.channel,
        "by": one.by,
        "version": one.version or row["questions_version"],
        "answers": dict(one.answers),
        "solved": one.answers.get(SOLVED_ID),
        "satisfaction": satisfaction_of(one.answers),
        "reasons": list(one.answers.get(REASONS_ID) or ()),
        "text": mask(one.text),
        "media": list(one.media),
        "at": now,
        "device": hashlib.sha256(one.device.encode()).hexdigest()[:32] if one.device else None,
        "seconds": one.seconds,
    }


def _outcome(one: Given, row: Row | None, refused: Refusal | None) -> Outcome:
    reason, text = refused or ("", "")
    if row is None:
        return Outcome(one.follow_up_id, False, reason, text)
    about = (row["number"], row["round"], row["state"], row["judge_at"] or row["ended_at"], row["rework"])
    given = {name: row[name] for name in ("solved", "satisfaction", "text", "answered_by") if row[name]}
    return Outcome(one.follow_up_id, refused is None, reason, text, *about, given)
