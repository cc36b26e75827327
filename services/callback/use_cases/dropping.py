"""Nobody is asked about work that was withdrawn, or when the reporter has been erased."""

from __future__ import annotations

from collections.abc import Sequence

from services.callback.domain.follow_up import reporters_of
from services.callback.domain.satisfaction import ERASED, UNRATED
from services.callback.store import OpenWork
from services.callback.use_cases.keeping import UNKNOWN
from services.callback.use_cases.saying import say_unanswered
from shared.messaging.message import Heard


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


def waive_erased(heard: Sequence[Heard], open_work: OpenWork) -> list[str]:
    """Reporters who have been erased are not asked: open follow-ups of their matters end, unless somebody else has
    reported the matter too; and none is planned."""
    with open_work() as work:
        new, now = work.first_time(heard), work.now()
        matters = work.matters_of([message.case_id for message in new])
        known = {of for of, _ in matters}
        early = [message for message in new if message.case_id not in known]
        work.too_early(early, UNKNOWN)
        cases = work.lock_cases(sorted(known | {root for _, root in matters}))
        work.forget_reporters(sorted(known))
        merged = work.merged_into([case["number"] for case in cases.values()])
        asked = {i: case | {"anonymous": case["anonymous"] or i in known} for i, case in cases.items()}
        nobody = [i for i, case in asked.items() if not reporters_of(case, merged.get(case["number"], ()))]
        rows = work.lock_open(sorted(nobody))
        ended = {"state": "waived", "ended_at": now, "satisfaction": UNRATED, "rework": False}
        work.end_follow_ups([{"id": row["id"]} | ended for row in rows])
        causes = {root: message.event for message in new for of, root in matters if of == message.case_id}
        for row in rows:
            say_unanswered(row, cases[row["case_id"]], "waived", ERASED, work, causes[row["case_id"]])
        work.count_said({case["id"]: case["said"] for case in cases.values()})
        work.commit()
    return ["too_early" if message in early else "done" for message in heard]
