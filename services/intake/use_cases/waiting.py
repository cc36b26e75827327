"""Cases that wait for others: for the reporter's answer, for another platform; and what comes of it in time."""

from __future__ import annotations

from typing import Any

from services.intake import messages
from services.intake.domain.feedback import wanted
from services.intake.domain.waiting import Waits
from services.intake.errors import NotPossible
from services.intake.store import OpenWork, Work
from services.intake.use_cases.deciding import (
    By,
    Decision,
    conclude,
    decided,
    find,
    put_on_line,
    take_off_line,
    whole,
)
from services.intake.use_cases.desk import closing
from services.intake.use_cases.personal import seal_addition
from services.intake.use_cases.telling import Row
from shared.masking import mask
from shared.messaging.envelope import new_id
from shared.sealing import KeyRing

Body = dict[str, Any]
AT_ONCE = 50  # cases in one transaction
TIME = By("rule")
NOBODY_ANSWERED = "无人答复,期限已过 / nobody has answered in time"


def ask_reporter(number: str, by: By, body: Body, open_work: OpenWork) -> dict[str, Any]:
    """A submitted case waits for its reporter; the question goes to its sources. Raises IntakeError."""
    question = mask(body["question"])
    with open_work() as work:
        row, now = find(number, "ask", by, work), work.now()
        hearers = [name for name, source in work.sources().items() if wanted("awaiting_info", source.feedback)]
        if not set(row["sources"]) & set(hearers):
            raise NotPossible(
                number, "none of its sources hears questions (awaiting_info): ask the reporter by telephone"
            )
        until = now + Waits.of(work.rules()).information
        take_off_line(row, question, work, now, until=until)
        says = [(messages.InformationAsked, {"question": question, "until": until.isoformat(), "by": by.name})]
        decision = Decision("ask", question, says=says, about="awaiting_info", note=question)
        answer = conclude(row, decision, by, work, now)
        work.commit()
    return answer | {"waiting_until": until}


def take_information(number: str, by: By, body: Body, keys: KeyRing, open_work: OpenWork) -> dict[str, Any]:
    """The reporter has answered: the case is for the desk again, the answer in its description. Raises IntakeError."""
    text = mask(body["text"].strip())
    with open_work() as work:
        row, now = find(number, "inform", by, work), work.now()
        addition = {"id": new_id(), "case_id": row["id"], "at": now, "who": by.name, "text": text}
        changed = text != body["text"].strip()
        original = seal_addition(number, body["text"], addition["id"], work, keys) if changed else None
        work.add_addition(addition | {"original": original})
        row["description"] = f"{row['description']}\n\n补充 / added: {text}"
        work.rewrite_case(row)
        answer = _back_to_desk(row, by, text, work)
        work.commit()
    return answer


def transfer_case(number: str, by: By, body: Body, open_work: OpenWork) -> dict[str, Any]:
    """Another platform takes a case over; it has to answer in time. Raises IntakeError."""
    why, platform = mask(body["reason"]), body["platform"].strip()
    with open_work() as work:
        row, now = find(number, "transfer", by, work), work.now()
        until = now + Waits.of(work.rules()).transfer
        take_off_line(row, why, work, now, until=until, platform=platform)
        data = decided(row, why, by) | {"platform": platform, "until": until.isoformat()}
        decision = Decision("transfer", f"{platform}: {why}", says=[(messages.CaseTransferred, data)])
        decision.about, decision.note = "transferred", platform
        answer = conclude(row, decision, by, work, now)
        work.commit()
    return answer | {"waiting_until": until}


def take_transfer_answer(number: str, by: By, body: Body, open_work: OpenWork) -> dict[str, Any]:
    """The other platform has settled a case (`done`), or gives it `back`. A source answers for the platform that bears
    its name. Raises IntakeError."""
    text = mask(body["text"])
    with open_work() as work:
        row, now = find(number, "settle" if body["outcome"] == "done" else "take_back", by, work), work.now()
        if body["outcome"] == "done":
            work.end_away(row["id"])
            says = [(messages.CaseClosed, closing(row, text, now.isoformat()))]
            decision = Decision("settle", text, says=says, about="settled", note=text)
        else:
            decision = put_on_line(row, Decision("take_back", text, about="accepted"), work)
        answer = conclude(row, decision, by, work, now)
        work.commit()
    return answer


def end_waiting(open_work: OpenWork) -> int:
    """Cases that nobody has answered in time go back to where they were; gives how many. Those that another replica is
    at are left out."""
    with open_work() as work:
        due = work.lock_waited_out(AT_ONCE)
        for waited in due:
            row = work.desk_case(waited["id"])
            if row["state"] == "awaiting_info":
                _back_to_desk(row, TIME, NOBODY_ANSWERED, work)
            elif row["state"] == "transferred":
                decision = put_on_line(row, Decision("take_back", NOBODY_ANSWERED, about="accepted"), work)
                conclude(row, decision, TIME, work, work.now())
        work.commit()
    return len(due)


def _back_to_desk(row: Row, by: By, why: str, work: Work) -> dict[str, Any]:
    before = row["before"]
    work.end_away(row["id"])
    decision = Decision("inform", why, before, says=[(messages.CaseSubmitted, whole(row, work))])
    return conclude(row, decision, by, work, work.now())
