"""Watching the quality of answers: what is striking is marked, and a supervisor has a sample asked again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.callback.domain.refusing import Refusal, bad_answers, reask_refusal
from services.callback.domain.rules import DESK, Rules
from services.callback.domain.sampling import draw
from services.callback.domain.watch import Seen, differences, marks
from services.callback.store import OpenWork, Row, Work
from shared.masking import mask
from shared.messaging.envelope import new_id


def mark(answers: Sequence[tuple[Row, Row]], rules: Rules, work: Work) -> None:
    """What is striking about new answers (each with its follow-up), written or about to be."""
    now, watch = work.now(), rules.watch
    devices = sorted({answer["device"] for answer, _ in answers if answer["device"]})
    takers = sorted({answer["by"] for answer, _ in answers if answer["channel"] == DESK})
    lately = work.seen_lately(devices, takers, [row["id"] for _, row in answers], now - watch.within)
    found = []
    for answer, row in answers:
        device = answer["device"] or ""
        seen = Seen(
            lately.get(("device", device), 0) + 1,
            lately.get(("taker", answer["by"]), 0) + 1 if answer["channel"] == DESK else 1,
            work.seen_of_handlers(device, row["handlers"], row["id"]) + 1 if device and row["handlers"] else 1,
        )
        about = {"answer_id": answer["id"], "follow_up_id": row["id"], "at": now}
        found += [about | {"reason": why, "text": text} for why, text in marks(answer["seconds"], seen, watch)]
    work.add_marks(found)


def ask_again(by: str, month: str, number: int, unit: str | None, marked: bool, why: str, open_work: OpenWork) -> int:
    """So many answers of a month are asked for again, drawn as samples are; `marked`: only striking ones."""
    with open_work() as work:
        able = [(row["number"], row["id"]) for row in work.answered_and_not_asked_again(month, unit, marked)]
        chosen = draw(able, number, f"{work.seed(month)}/again")
        asked = {"asked_by": by, "why": mask(why), "asked_at": work.now()}
        work.add_reasks([{"id": new_id(), "follow_up_id": follow_up} | asked for follow_up in chosen])
        work.commit()
    return len(chosen)


def answer_again(
    reask_id: str, by: str, answers: dict[str, Any], text: str, open_work: OpenWork
) -> tuple[Row, Refusal | None]:
    """The second answer, taken by somebody else than the first: kept beside it, with where they differ. It changes
    nothing about the case. Gives both, or why it was refused."""
    with open_work() as work:
        row = work.lock_reask(reask_id)
        refused = reask_refusal(row, by)
        if row is None or refused:
            return row or {}, refused
        if wrong := bad_answers(answers, row["category"], work.questions([row["version"]]).get(row["version"])):
            return row, wrong
        found = differences(row["first"], answers)
        said = {"id": reask_id, "by": by, "at": work.now(), "answers": answers, "text": mask(text)}
        work.answer_reask(said | {"differences": found})
        work.commit()
    return {"number": row["number"], "first": row["first"], "second": answers, "differences": found}, None
