"""Several reports, one matter: cases are merged and taken apart. A merged case never has others merged into it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from services.intake import messages
from services.intake.domain.case import ENDED
from services.intake.domain.registration import Source
from services.intake.errors import CaseUnknown, NotPossible
from services.intake.store import OpenWork, Work
from services.intake.use_cases.deciding import By, Decision, conclude, decided, find, put_on_line, take_off_line, whole
from services.intake.use_cases.telling import News, Row, lane_of, tell_news
from shared.masking import mask

Body = dict[str, Any]


class NewPair(NamedTuple):
    """A new case that a rule merges at once: its row (state `submitted`), the open case that it belongs to, why, and
    how alike they are (0 to 1)."""

    case: Row
    root: Row
    why: str
    score: float | None = None


def merge_case(number: str, by: By, body: Body, open_work: OpenWork) -> dict[str, Any]:
    """A case is handled together with another from now on, or with what that one is merged into; its reporters hear how
    that one fares. Raises IntakeError."""
    why = mask(body["reason"])
    with open_work() as work:
        root_id = _root_of(number, body["into"], work)
        row, now = find(number, "merge", by, work), work.now()
        root = work.desk_case(root_id)
        if root["state"] in ENDED:
            raise NotPossible(number, f"{root['number']} is {root['state']}: merge into a case that is open")
        take_off_line(row, why, work, now, merged_into=root_id)
        decision = Decision("merge", f"{root['number']}: {why}", about="merged", note=root["number"])
        says = decided(row, why, by) | {"into": root["number"]} | _reporter(whole(row, work))
        decision.says = [(messages.CaseMerged, says)]
        answer = conclude(row, decision, by, work, now)
        work.move_merged(row["id"], root_id)
        work.commit()
    return answer | {"merged_into": root["number"]}


def unmerge_case(number: str, by: By, body: Body, open_work: OpenWork) -> dict[str, Any]:
    """A merged case stands for itself again, accepted. Raises IntakeError."""
    why = mask(body["reason"])
    with open_work() as work:
        row = find(number, "unmerge", by, work)
        decision = put_on_line(row, Decision("unmerge", why, about="unmerged"), work)
        answer = conclude(row, decision, by, work, work.now())
        work.commit()
    return answer


def merge_new(
    pairs: Sequence[NewPair], sources: Mapping[str, Source], work: Work, now: dt.datetime, said: dict[str, int]
) -> None:
    """In the transaction that registers them: cases that were just added, and said, as submitted are merged by a rule.

    `root` comes from `work.share_open_roots`, which keeps it open until the commit. `said` counts on."""
    if not pairs:
        return
    work.put_away([_away(pair, now) for pair in pairs])
    for case, root, why, score in pairs:
        said[case["id"]] += 1
        data = {"number": case["number"], "round": 1, "into": root["number"], "why": why, "by": "rule", "score": score}
        asks = case["source"] in sources and sources[case["source"]].asks_reporter
        data |= _reporter(case | {"asks_reporter": asks})
        about = (work.address, case["number"], case["id"], said[case["id"]], lane_of(case), None)
        work.say([messages.CaseMerged.say(*about, registered=False, **data)])
    work.add_history([_step(pair, now) for pair in pairs])
    tell_news([News(pair.case, "merged", pair.root["number"]) for pair in pairs], sources, work, now, said)
    moved = {
        "state": "merged",
        "at": now,
        "heard_dispatch": 0,
        "heard_callback": 0,
        "solved": None,
        "satisfaction": None,
    }
    work.move_cases([pair.case | moved | {"said": said[pair.case["id"]]} for pair in pairs])


def _root_of(number: str, into: str, work: Work) -> str:
    """The case that this one will be merged into, both locked in the order of their ids."""
    found = work.case_ids(number, into)
    for name in (number, into):
        if name not in found:
            raise CaseUnknown(name)
    root_id = found[into]["merged_into"] or found[into]["id"]
    if root_id == found[number]["id"]:
        raise NotPossible(number, "a case cannot be merged into itself, or into what is merged into it")
    locked = work.lock_cases(sorted([root_id, found[number]["id"]]))
    if locked[root_id]["state"] == "merged":
        raise NotPossible(number, f"{into} was merged just now: try again")
    return root_id


def _away(pair: NewPair, now: dt.datetime) -> Row:
    away = {"case_id": pair.case["id"], "before": "submitted", "on_order": False, "since": now, "until": None}
    return away | {"merged_into": pair.root["id"], "platform": None, "why": pair.why}


def _reporter(case: Mapping[str, Any]) -> dict[str, Any]:
    """Whether this case's own reporter can be asked, once the matter is settled."""
    asks = case["asks_reporter"] and not case["reported_by"]
    return {"source": case["source"], "anonymous": case["anonymous"], "asks_reporter": asks}


def _step(pair: NewPair, now: dt.datetime) -> Row:
    step = {"case_id": pair.case["id"], "at": now, "round": 1, "from_state": "submitted", "to_state": "merged"}
    return step | {"cause": "merge", "who": "rule", "note": f"{pair.root['number']}: {pair.why}"}
