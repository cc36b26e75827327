"""How every decision about one case is found, checked, recorded, said and told: the same for all of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from services.intake import messages
from services.intake.domain.case import ACTIONS, refusal
from services.intake.errors import CaseUnknown, MovedOn, NotPossible
from services.intake.store import Work
from services.intake.use_cases.announcing import case_data
from services.intake.use_cases.telling import News, Row, lane_of, tell_news
from shared.messaging.message import Message

NOT_GIVEN_UP = "dispatch has not given up its work order yet: try again in a moment"


class By(NamedTuple):
    """Who decides; `version` is what they were looking at."""

    name: str
    role: str = "desk"
    version: int | None = None


@dataclass
class Decision:
    """What comes of an action: `why` is for the history, `says` are messages, `about` and `note` are for feedback."""

    action: str
    why: str
    state: str | None = None  # None: the one that the table of actions says
    round: int | None = None
    says: Sequence[tuple[type[Message], dict[str, Any]]] = ()
    about: str | None = None
    note: str = ""


def find(number: str, action: str, by: By, work: Work) -> Row:
    """The case, locked, if this may be done to it now. Raises CaseUnknown, MovedOn, NotPossible."""
    locked = work.lock_case_by_number(number)
    if locked is None:
        raise CaseUnknown(number)
    row = work.desk_case(locked["id"])
    if by.role == "source" and by.name not in _concerned(action, row):
        raise CaseUnknown(number)
    if by.version not in (None, row["version"]):
        raise MovedOn(number, row["version"])
    if why := refusal(action, row["state"]):
        raise NotPossible(number, why)
    return row


def _concerned(action: str, row: Row) -> list[str]:
    """The sources that may do this: those that have reported it; of a transfer, the platform that has it."""
    return [row["platform"]] if action in ("settle", "take_back") else row["sources"]


def conclude(row: Row, decision: Decision, by: By, work: Work, now: dt.datetime) -> dict[str, Any]:
    """Record a decision; gives the answer for whoever made it. `row` is the case as it was, with what was corrected."""
    before = row["state"]
    after = decision.state or ACTIONS[decision.action][1] or before
    row |= {"state": after, "round": decision.round or row["round"]}
    said = {row["id"]: row["said"]}
    for kind, data in decision.says:
        said[row["id"]] += 1
        about = (work.address, row["number"], row["id"], said[row["id"]], lane_of(row), None)
        work.say([kind.say(*about, number=row["number"], **data)])
    if decision.about:
        tell_news([News(row, decision.about, decision.note)], work.sources(), work, now, said)
    row["said"] = said[row["id"]]
    work.move_cases([row | {"at": now, "solved": None, "satisfaction": None}])
    work.add_history([history_row(row, before, decision.action, by.name, decision.why, now)])
    return {"number": row["number"], "state": after, "version": version_of(row)}


def history_row(row: Row, before: str | None, cause: str, who: str, note: str, now: dt.datetime) -> Row:
    """A step of a case to the state that it is in now."""
    step = {"case_id": row["id"], "at": now, "round": row["round"], "from_state": before, "to_state": row["state"]}
    return step | {"cause": cause, "who": who, "note": note}


def version_of(row: Row) -> int:
    """Counts whatever happens to a case."""
    return row["said"] + row["heard_dispatch"] + row["heard_callback"]


def whole(row: Row, work: Work) -> dict[str, Any]:
    """What is said when a case is (again) for the desk or for dispatch, as `row` now has it."""
    stored = work.whole_case(row["id"])
    source = work.sources().get(row["source"])
    data = case_data(
        stored | {name: row[name] for name in stored.keys() & row.keys()}, bool(source and source.asks_reporter)
    )
    del data["number"]
    return data


def put_on_line(row: Row, decision: Decision, work: Work) -> Decision:
    """The case is registered, or once more: then for another round, so that nobody takes old work for new.
    Raises NotPossible while dispatch still has the old work."""
    if row["on_order"]:
        raise NotPossible(row["number"], NOT_GIVEN_UP)
    round_ = row["round"] + 1 if row["registered"] else row["round"]
    decision.round = round_
    decision.says = [(messages.CaseRegistered, whole(row | {"round": round_}, work))]
    work.end_away(row["id"])
    return decision


def take_off_line(row: Row, why: str, work: Work, now: dt.datetime, **more: Any) -> None:
    """The case is away from now on: `more` says where, and until when."""
    on_order = row["registered"] if row["on_order"] is None else row["on_order"]
    away = {"case_id": row["id"], "before": row["state"], "on_order": on_order, "since": now, "why": why}
    work.put_away([away | {"until": None, "merged_into": None, "platform": None} | more])


def decided(row: Row, why: str, by: By) -> dict[str, Any]:
    """What all messages about decisions say."""
    return {"round": row["round"], "why": why, "by": by.name, "registered": is_on_line(row)}


def is_on_line(row: Row) -> bool:
    """Whether dispatch has been told of the case, and not yet that it is away. A case that is away hears of more rounds
    than dispatch may ever get to: what is said of it then is not for dispatch, which has let it go or is about to."""
    return bool(row["registered"]) and row["on_order"] is None
