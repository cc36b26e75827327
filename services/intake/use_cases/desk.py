"""The desk decides about cases; who decided, and why, is kept and told. Each raises IntakeError."""

from __future__ import annotations

from typing import Any

from services.intake import messages
from services.intake.domain.places import Where
from services.intake.errors import CategoryUnknown, NotPossible
from services.intake.store import OpenWork, Work
from services.intake.use_cases.deciding import By, Decision, conclude, decided, find, is_on_line, whole
from services.intake.use_cases.telling import Row
from shared.masking import mask

Body = dict[str, Any]
DESCRIBING = ("category", "level", "kind")


def accept_case(number: str, by: By, body: Body, open_work: OpenWork) -> dict[str, Any]:
    """A submitted case is accepted, with another category, level or kind if the desk says so."""
    with open_work() as work:
        row = find(number, "accept", by, work)
        row |= _described(body, work)
        work.rewrite_case(row)
        says = [(messages.CaseRegistered, whole(row, work))]
        answer = conclude(row, Decision("accept", "", says=says, about="accepted"), by, work, work.now())
        work.commit()
    return answer


def reject_case(number: str, by: By, body: Body, open_work: OpenWork) -> dict[str, Any]:
    """A submitted case is refused; its sources hear why, by whom, and that they may appeal."""
    why = mask(body["reason"])
    with open_work() as work:
        row = find(number, "reject", by, work)
        data = {"reason_code": body["reason_code"], "reason": why, "by": by.name}
        decision = Decision("reject", f"{body['reason_code']}: {why}", says=[(messages.CaseRejected, data)])
        decision.about, decision.note = "rejected", f"{why} ({by.name})"
        answer = conclude(row, decision, by, work, work.now())
        work.commit()
    return answer


def correct_case(number: str, by: By, body: Body, open_work: OpenWork) -> dict[str, Any]:
    """What an open case is about is corrected; a new place is located anew."""
    why = mask(body["reason"])
    with open_work() as work:
        row = find(number, "correct", by, work)
        before = dict(row)
        row |= _described(body, work) | _placed(body["place"], row, work)
        work.rewrite_case(row)
        fields = messages.CaseCorrected.schema().fields.keys() - {"number"}
        data = {name: row[name] for name in fields if name in row} | decided(row, why, by)
        note = f"{_difference(before, row)}: {why}"
        answer = conclude(row, Decision("correct", note, says=[(messages.CaseCorrected, data)]), by, work, work.now())
        work.commit()
    return answer | {"grid_id": row["grid_id"], "desk_reason": row["desk_reason"]}


def answer_case(number: str, by: By, body: Body, open_work: OpenWork) -> dict[str, Any]:
    """A case that needs no handling is answered at once, and closed."""
    text = mask(body["text"])
    with open_work() as work:
        row, now = find(number, "answer", by, work), work.now()
        says = [(messages.CaseClosed, closing(row, text, now.isoformat()))]
        work.end_away(row["id"])
        answer = conclude(row, Decision("answer", text, says=says, about="answered", note=text), by, work, now)
        work.commit()
    return answer


def cancel_case(number: str, by: By, body: Body, open_work: OpenWork) -> dict[str, Any]:
    """Nobody wants an open case any more. With others merged into it, it is still theirs."""
    why = mask(body["reason"])
    with open_work() as work:
        row = find(number, "cancel", by, work)
        if row["merged"]:
            raise NotPossible(number, f"{row['merged']} cases are merged into it: take them out of it first")
        work.end_away(row["id"])
        says = [(messages.CaseCancelled, decided(row, why, by))]
        answer = conclude(row, Decision("cancel", why, says=says, about="cancelled", note=why), by, work, work.now())
        work.commit()
    return answer


def appeal_case(number: str, by: By, body: Body, open_work: OpenWork) -> dict[str, Any]:
    """A rejected case is looked at once more."""
    why = mask(body["reason"])
    with open_work() as work:
        row = find(number, "appeal", by, work)
        says = [(messages.CaseSubmitted, whole(row, work))]
        answer = conclude(row, Decision("appeal", why, says=says, about="appealed"), by, work, work.now())
        work.commit()
    return answer | {"appeals": row["appeals"] + 1}


def closing(row: Row, why: str, at: str) -> dict[str, Any]:
    """What is said when a case ends without its work being asked about."""
    data = {"round": row["round"], "solved": None, "satisfaction": "unrated", "closed_at": at}
    return data | {"why": why, "registered": is_on_line(row)}


def _described(body: Body, work: Work) -> Row:
    category = body["category"]
    if category and category not in work.reference().catalogue:
        raise CategoryUnknown(category)
    return {name: body[name] for name in DESCRIBING if body[name]}


def _placed(place: Body | None, row: Row, work: Work) -> Row:
    """Where it is now; words alone leave the position as it was."""
    if not place:
        return {}
    lon, lat, text = place["lon"], place["lat"], {"place_text": place["text"] or row["place_text"]}
    if lon is None:
        return text
    located = work.reference().locator.locate([Where(lon, lat)])[0]
    return text | {"lon": lon, "lat": lat, "grid_id": located.grid_id, "desk_reason": located.desk_reason}


def _difference(before: Row, after: Row) -> str:
    names = (*DESCRIBING, "place_text", "grid_id")
    changed = [f"{name} {before[name]} → {after[name]}" for name in names if before[name] != after[name]]
    return ", ".join(changed) or "place"
