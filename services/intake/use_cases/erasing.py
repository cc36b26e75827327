"""What persons have told is forgotten: when one asks for it, and when it has been kept long enough."""

from __future__ import annotations

from typing import Any

from services.intake import messages
from services.intake.domain.persons import e164, names
from services.intake.domain.retention import Retention
from services.intake.errors import NumberWrong, PersonUnknown
from services.intake.media import Store
from services.intake.store import OpenWork, Work
from services.intake.use_cases.media import forget_media
from services.intake.use_cases.personal import phone_index
from services.intake.use_cases.telling import lane_of
from shared.http.tokens import Caller
from shared.masking import mask
from shared.sealing import KeyRing

NIGHT = range(1, 5)  # hours in the town, in which little else is done
LINKED = ("follow_up_pending", "merged")  # the states of a case in which a link may be on its way to its reporter
AT_ONCE = 500  # reports that are forgotten in one transaction


def erase_person(phone: str, caller: Caller, reason: str, keys: KeyRing, open_work: OpenWork) -> dict[str, Any]:
    """The person's key is destroyed, so that nothing of what they told can be opened any more, wherever copies lie;
    nobody asks them about their open cases. Raises NumberWrong, PersonUnknown."""
    number, index = e164(phone), phone_index(phone, keys)
    if number is None or index is None:
        raise NumberWrong
    with open_work() as work:
        person_id = work.person_by_phone(index, lock=True)
        parked = _discard_parked(number.removeprefix("+86"), work)
        if person_id is None and not parked:
            raise PersonUnknown
        told = _forget(person_id, work) if person_id else 0
        work.note(caller.name, caller.role, "erase", person_id or "parked", mask(reason))
        work.commit()
    return {"erased": bool(person_id), "open_cases_told": told, "parked_discarded": parked}


def forget_past(
    store: Store | None, open_work: OpenWork, now: bool = False, batches: int | None = None
) -> dict[str, int]:
    """What was kept long enough after its case has ended, its media too, oldest first, in small batches, at most so
    many; by night, or `now`. Media go first: what is interrupted is done again; without a store they stay."""
    done = {"reports": 0, "persons": 0, "media": 0}
    while True:
        with open_work() as work:
            if not (now or work.now().hour in NIGHT):
                return done
            retention = Retention.of(work.rules().get("retention") or {})
            rows = work.reports_past_retention(retention, AT_ONCE)
        if rows and store:
            done["media"] += forget_media(sorted({row["case_id"] for row in rows}), store, open_work)
        with open_work() as work:
            if rows:
                done["persons"] += work.forget_reports(rows)
                done["reports"] += len(rows)
                work.note("intake", "timer", "forget", f"{len(rows)} reports", "kept long enough: intake.retention")
            work.commit()
        batches = batches and batches - 1
        if len(rows) < AT_ONCE or batches == 0:
            return done


def _discard_parked(number: str, work: Work) -> int:
    """What could not be read or done, and names this number."""
    found = [row_id for row_id, body, _ in work.parked_bodies() if names(body.decode(errors="replace"), number)]
    return sum(work.discard_parked(row_id) for row_id in found)


def _forget(person_id: str, work: Work) -> int:
    open_cases = work.lock_cases_of_person(person_id)
    nobody_left = work.forget_person(person_id, work.now())
    rows = [row | {"said": row["said"] + 1} for row in open_cases if row["id"] in nobody_left]
    work.say(
        messages.PersonErased.say(
            work.address, row["number"], row["id"], row["said"], lane_of(row), None, number=row["number"]
        )
        for row in rows
    )
    work.count_said(rows)
    work.say(
        messages.ReporterErased.say(work.address, row["number"], None, None, lane_of(row), None, number=row["number"])
        for row in work.cases_of_person(person_id)
        if row["state"] in LINKED
    )
    return len(rows)
