"""Somebody is shown what is masked: for a reason, and never without an entry in the audit chain."""

from __future__ import annotations

from typing import Any

from services.intake.domain.audit import first_broken
from services.intake.errors import CaseUnknown, NumberWrong
from services.intake.store import OpenWork
from services.intake.use_cases.personal import open_original, phone_index
from shared.http.tokens import Caller
from shared.masking import mask
from shared.sealing import KeyRing


def show_contact(number: str, caller: Caller, reason: str, keys: KeyRing, open_work: OpenWork) -> dict[str, Any]:
    """What the reports of a case tell about their reporters, and their unmasked texts. Raises CaseUnknown, also for a
    case where the caller's rights do not reach."""
    with open_work() as work:
        rows = work.originals_of_case(number) if work.lies_within(number, caller.area) else []
        if not rows:
            raise CaseUnknown(number)
        originals = [open_original(row, keys) for row in rows]
        work.note(caller.name, caller.role, "unmask", number, mask(reason))
        work.commit()
    return {
        "number": number,
        "reports": [
            {"source": row["source"], "external_id": row["external_id"], "told": original}
            for row, original in zip(rows, originals, strict=True)
        ],
    }


def search_person(phone: str, caller: Caller, reason: str, keys: KeyRing, open_work: OpenWork) -> dict[str, Any]:
    """The cases that somebody has reported, by telephone number. Raises NumberWrong."""
    index = phone_index(phone, keys)
    if index is None:
        raise NumberWrong
    with open_work() as work:
        person_id = work.person_by_phone(index)
        cases = work.cases_of_person(person_id) if person_id else []
        work.note(caller.name, caller.role, "lookup", person_id or "nobody", mask(reason))
        work.commit()
    return {"cases": [{"number": row["number"], "state": row["state"]} for row in cases]}


def verify_audit(expected: str | None, open_work: OpenWork) -> dict[str, Any]:
    """How long the chain is and its last hash, to be noted elsewhere. Raises ValueError when it is broken, or lacks a
    hash that was `expected`."""
    with open_work() as work:
        rows = list(work.audit())
    if broken := first_broken(rows):
        raise ValueError(f"the audit chain is broken at row {broken['id']}: {broken['action']} by {broken['who']}")
    if expected and all(row["hash"] != expected for row in rows):
        raise ValueError(f"the audit chain does not hold {expected[:64]}: its end was cut off, or it is another town's")
    return {"rows": len(rows), "last_hash": rows[-1]["hash"] if rows else None}
