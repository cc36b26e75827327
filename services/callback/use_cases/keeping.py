"""What callback keeps of cases: copies of what decides about asking, and which of them are one matter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.callback.domain.rule_set import mistakes_in
from services.callback.store import OpenWork, Work
from shared.checks import Problem
from shared.messaging.message import Heard

CASE = ("number", "kind", "level", "category", "source", "anonymous", "asks_reporter", "reported_by", "media")
UNKNOWN = "the case is not known here yet"


def keep_cases(heard: Sequence[Heard], open_work: OpenWork) -> None:
    """What callback needs to know of each case. A case is added once, whatever is heard
    twice: its own key does what the inbox does elsewhere. One that was merged stands for itself again."""
    with open_work() as work:
        work.unpark(heard)
        rows = [{name: getattr(m, name) for name in CASE} | {"id": m.case_id} for m in heard]
        rows = [row | {"ordered": bool(m.service)} for row, m in zip(rows, heard, strict=True)]
        work.add_cases(rows)
        again = [m for m in heard if (m.event.sequence or 0) > 1]
        if again:
            named = [{"case_id": m.case_id, "number": m.number, "sequence": m.event.sequence} for m in again]
            work.take_apart([row | {"at": work.now()} for row in named])
        work.commit()


def correct_cases(heard: Sequence[Heard], open_work: OpenWork) -> list[str]:
    """What cases are about, as it is now. A case that was not registered is not known here, and need not be."""
    with open_work() as work:
        new = [message for message in work.first_time(heard) if message.registered]
        cases = work.lock_cases(sorted({message.case_id for message in new}))
        early = [message for message in new if message.case_id not in cases]
        work.too_early(early, UNKNOWN)
        known = [message for message in new if message not in early]
        rows = [{"id": m.case_id, "level": m.level, "kind": m.kind, "category": m.category} for m in known]
        work.describe_cases([row | {"described": m.event.sequence} for row, m in zip(rows, known, strict=True)])
        work.commit()
    return ["too_early" if message in early else "done" for message in heard]


def merge_cases(heard: Sequence[Heard], open_work: OpenWork) -> list[str]:
    """Cases are one matter from now on: there is one follow-up, and whoever has reported it may answer."""
    with open_work() as work:
        new, now = work.first_time(heard), work.now()
        work.add_merged(
            [
                {
                    "case_id": m.case_id,
                    "number": m.number,
                    "into_number": m.into,
                    "source": m.source,
                    "reachable": m.asks_reporter and not m.anonymous,
                    "sequence": m.event.sequence,
                    "at": now,
                }
                for m in new
            ]
        )
        work.commit()
    return ["done" for _ in heard]


def check_rules(section: Any, work: Work) -> list[Problem]:
    """What is wrong in the section of a rule set; nothing when it can come into force."""
    return mistakes_in(section)
