"""What happens to cases is heard by whoever wants to: their facts are kept, and what happened is matched to them."""

from __future__ import annotations

from collections.abc import Sequence

from services.notify import messages
from services.notify.domain.transitions import Facts, Transition, name_of, path_of
from services.notify.store import OpenWork, Row, Work
from services.notify.use_cases.reading import acts_in
from shared.messaging.message import Heard

UNKNOWN = "the case is not known here yet"
DESCRIBING = tuple(message.TYPE for message in messages.DESCRIBING)
REGISTERED, REWORK = "intake.case_registered.v1", "callback.rework_asked.v1"
ENDING = ("intake.case_closed.v1", "intake.case_cancelled.v1", "intake.case_rejected.v1")
MOVING = (REGISTERED, REWORK, *ENDING)  # after them a case has begun, begun again, or ended


def keep_areas(heard: Sequence[Heard], open_work: OpenWork) -> None:
    """Which area lies in which."""
    with open_work() as work:
        work.put_areas([vars(message) for message in work.first_time(heard)])
        work.commit()


def hear_transitions(heard: Sequence[Heard], open_work: OpenWork) -> list[str]:
    """What has happened to cases; what comes before its case waits for it."""
    with open_work() as work:
        new = work.first_time(heard)
        work.put_cases([_described(message) for message in new if message.event.type in DESCRIBING])
        work.merge_cases([_merged(message) for message in new if message.event.type == messages.CaseIsMerged.TYPE])
        work.move_cases([_moved(message) for message in new if message.event.type in MOVING])
        facts = _facts({number for message in new for number in _cases_of(message)}, work)
        early = [message for message in new if not _cases_of(message) <= facts.keys()]
        work.too_early(early, UNKNOWN)
        work.note_acts(acts_in([message for message in new if message not in early]))
        transitions = [_transition(message, facts[message.number]) for message in new if message not in early]
        del transitions  # nobody has subscribed yet
        work.commit()
    return ["too_early" if message in early else "done" for message in heard]


def _cases_of(message: Heard) -> set[str]:
    """Those that have to be known: of a merger both."""
    return {message.number} | ({message.into} if message.event.type == messages.CaseIsMerged.TYPE else set())


def _described(message: Heard) -> Row:
    row = {name: getattr(message, name) for name in ("number", "level", "kind", "category", "grid_id")}
    return row | {"described": message.event.sequence or 0, "sources": [message.source] if message.source else []}


def _merged(message: Heard) -> Row:
    return {name: getattr(message, name) for name in ("number", "into", "source")} | {
        "merged": message.event.sequence or 0
    }


def _moved(message: Heard) -> Row:
    """Counts are intake's; a round begins with its number, whoever says so."""
    kind, count, turn = message.event.type, message.event.sequence or 0, message.round or 1
    row = {"number": message.number, "opened": 0, "ended": 0, "round": 1, "ended_round": 0}
    if kind in ENDING:
        return row | {"ended": count, "ended_round": turn}
    return row | {"round": turn, "opened": count if kind == REGISTERED else 0}


def _facts(numbers: set[str], work: Work) -> dict[str, Facts]:
    """By number, of the cases that are known."""
    rows, parents = work.cases(numbers), work.area_parents()
    return {
        row["number"]: Facts(
            number=row["number"],
            level=row["level"],
            kind=row["kind"],
            category=row["category"],
            area=path_of(row["grid_id"], parents),
            sources=tuple(row["sources"]),
            merged_into=row["merged_into"],
        )
        for row in rows
    }


def _transition(message: Heard, facts: Facts) -> Transition:
    said = {name: value for name, value in vars(message).items() if value is not None}
    return Transition(message.event.id, name_of(message.event.type), message.event.time, facts, said)
