"""Reporters say by themselves what became of their matters: that is the answer, and they are not asked any more."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from services.callback.domain.masking import mask
from services.callback.domain.satisfaction import judge
from services.callback.store import OpenWork, Row, Work
from services.callback.use_cases.asking import answer_said
from services.callback.use_cases.dropping import UNKNOWN
from shared.messaging.message import Heard

TOO_EARLY, ANSWERED, KEPT, ENDED = "too_early", "answered", "kept", "ended"
Round = tuple[str, int]  # of a case


def take_confirmations(heard: Sequence[Heard], open_work: OpenWork) -> list[str]:
    """A question that is open is answered with it; before the work is checked it is kept until then. What is said after
    the question has ended changes nothing."""
    with open_work() as work:
        new = work.first_time(heard)
        cases = work.lock_cases(sorted({message.case_id for message in new}))
        ended = work.known_rounds(list(cases))
        asked = {(row["case_id"], row["round"]): row for row in work.lock_open(list(cases))}
        outcomes = {id(message): _outcome(message, cases, asked, ended) for message in new}
        work.too_early([message for message in new if outcomes[id(message)] == TOO_EARLY], UNKNOWN)
        for message in new:  # at most one about each case
            if outcomes[id(message)] == ANSWERED:
                _answer(message, asked[message.case_id, message.round], cases[message.case_id], work)
        work.keep_early_answers([_kept(message) for message in new if outcomes[id(message)] == KEPT])
        work.commit()
    return [outcomes.get(id(message), "known") for message in heard]


def _outcome(message: Heard, cases: Collection[str], asked: Collection[Round], ended: Collection[Round]) -> str:
    if message.case_id not in cases:
        return TOO_EARLY
    round_ = (message.case_id, message.round)
    return ANSWERED if round_ in asked else ENDED if round_ in ended else KEPT


def _answer(message: Heard, asked: Row, case: Row, work: Work) -> None:
    row = case | asked  # the id is the follow-up's
    given = {"solved": message.solved, "satisfaction": message.satisfaction, "text": mask(message.text) or None}
    verdict = judge(message.solved, message.satisfaction, row["dissatisfied_is_rework"])
    end = {"id": row["id"], "state": "answered", "ended_at": work.now(), "answered_by": message.by}
    work.end_follow_ups([end | given | {"rework": verdict.rework}])
    work.count_said({row["case_id"]: row["said"] + 1})
    work.say([answer_said(row, given, verdict, work.address, message.event)])


def _kept(message: Heard) -> Row:
    row = {name: getattr(message, name) for name in ("case_id", "round", "solved", "satisfaction", "answered_at")}
    return row | {"text": mask(message.text) or None, "answered_by": message.by}
