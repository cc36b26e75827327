"""Reporters say by themselves what became of their matters: that is the answer, and they are not asked any more."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from services.callback.domain.questions import SATISFIED_ID, SOLVED_ID
from services.callback.domain.rules import SOURCE
from services.callback.store import OpenWork, Row
from services.callback.use_cases.answering import Given, answer_in
from services.callback.use_cases.keeping import UNKNOWN
from shared.masking import mask
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
        asked = {(row["case_id"], row["round"]): row["id"] for row in work.lock_open(list(cases))}
        outcomes = {id(message): _outcome(message, cases, asked, ended) for message in new}
        work.too_early([message for message in new if outcomes[id(message)] == TOO_EARLY], UNKNOWN)
        rows = [(_kept(message), outcomes[id(message)]) for message in new]  # at most one about each case
        answer_in([confirmed(asked[_round(row)], row) for row, outcome in rows if outcome == ANSWERED], work)
        work.keep_early_answers([row for row, outcome in rows if outcome == KEPT])
        work.commit()
    return [outcomes.get(id(message), "known") for message in heard]


def confirmed(follow_up_id: str, row: Row) -> Given:
    """What a reporter has said through its source, as the answer to a follow-up."""
    answers = {SOLVED_ID: row["solved"], SATISFIED_ID: row["satisfaction"]}
    return Given(follow_up_id, SOURCE, row["answered_by"], answers, row["text"] or "")


def _outcome(message: Heard, cases: Collection[str], asked: Collection[Round], ended: Collection[Round]) -> str:
    if message.case_id not in cases:
        return TOO_EARLY
    round_ = (message.case_id, message.round)
    return ANSWERED if round_ in asked else ENDED if round_ in ended else KEPT


def _kept(message: Heard) -> Row:
    row = {name: getattr(message, name) for name in ("case_id", "round", "solved", "satisfaction", "answered_at")}
    return row | {"text": mask(message.text) or None, "answered_by": message.by}


def _round(row: Row) -> Round:
    return row["case_id"], row["round"]
