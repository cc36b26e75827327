"""Nobody is asked about work that was withdrawn; and what decides about asking may be corrected."""

from __future__ import annotations

from collections.abc import Sequence

from services.callback.domain.satisfaction import UNRATED
from services.callback.store import OpenWork
from shared.messaging.message import Heard

UNKNOWN = "the case is not known here yet"


def drop_follow_ups(heard: Sequence[Heard], open_work: OpenWork) -> list[str]:
    """Work was withdrawn: open follow-ups about it are waived, and none is planned when its check is heard of later."""
    with open_work() as work:
        new, now = work.first_time(heard), work.now()
        cases = work.lock_cases(sorted({message.case_id for message in new}))
        early = [message for message in new if message.case_id not in cases]
        work.too_early(early, UNKNOWN)
        rows = [{"case_id": m.case_id, "round": m.round, "why": m.why} for m in new if m not in early]
        work.drop_follow_ups([row | {"ended_at": now, "satisfaction": UNRATED} for row in rows])
        work.commit()
    return ["too_early" if message in early else "done" for message in heard]


def correct_cases(heard: Sequence[Heard], open_work: OpenWork) -> list[str]:
    """Level and kind of cases as they are now. A case that was not registered is not known here, and need not be."""
    with open_work() as work:
        new = [message for message in work.first_time(heard) if message.registered]
        cases = work.lock_cases(sorted({message.case_id for message in new}))
        early = [message for message in new if message.case_id not in cases]
        work.too_early(early, UNKNOWN)
        known = [message for message in new if message not in early]
        rows = [{"id": m.case_id, "level": m.level, "kind": m.kind, "described": m.event.sequence} for m in known]
        work.describe_cases(rows)
        work.commit()
    return ["too_early" if message in early else "done" for message in heard]
