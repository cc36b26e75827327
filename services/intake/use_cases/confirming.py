"""Whoever reported a matter says by themselves what became of it: callback takes it as the answer, and asks no more."""

from __future__ import annotations

from typing import Any

from services.intake import messages
from services.intake.store import OpenWork
from services.intake.use_cases.deciding import By, Decision, conclude, find
from shared.masking import mask


def confirm_case(number: str, by: By, body: dict[str, Any], open_work: OpenWork) -> dict[str, Any]:
    """What was done is confirmed, or not; by the source that reported it, or at the desk. Until the case has ended the
    last word counts. Raises IntakeError."""
    note = mask(body["note"])
    with open_work() as work:
        row, now = find(number, "confirm", by, work), work.now()
        data = {name: body[name] for name in ("solved", "satisfaction", "visits")}
        data |= {"text": note, "round": row["round"], "by": by.name, "answered_at": now.isoformat()}
        told = f"{body['solved']}, {body['satisfaction']}: {note}"
        decision = Decision("confirm", told, says=[(messages.ReporterAnswered, data)])
        answer = conclude(row, decision, by, work, now)
        work.commit()
    return answer
