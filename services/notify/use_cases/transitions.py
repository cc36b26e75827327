"""What happens to cases is heard by whoever wants to: their facts are kept, and what happened is matched to them."""

from __future__ import annotations

from collections.abc import Sequence

from services.notify import messages
from services.notify.channels import metrics
from services.notify.domain.subscriptions import People, audience, people_wanted, verdict
from services.notify.domain.transitions import Facts, Transition, name_of, path_of
from services.notify.errors import CaseUnknown
from services.notify.store import OpenWork, Row, Work
from services.notify.use_cases.reading import acts_in
from services.notify.use_cases.telling import Subscribers, tell_subscribers
from shared.messaging.message import Heard
from shared.sealing import KeyRing

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


def hear_transitions(heard: Sequence[Heard], subscribers: Subscribers, keys: KeyRing, open_work: OpenWork) -> list[str]:
    """What has happened to cases, for whoever has subscribed; what comes before its case waits for it."""
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
        told = tell_subscribers(transitions, subscribers, keys, work)
        work.commit()
    metrics.fed(row["transition"] for row in told)
    return ["too_early" if message in early else "done" for message in heard]


def explain_case(number: str, transition: str, open_work: OpenWork) -> list[Row]:
    """What each subscription makes of this transition of a case, as the case is now, and why; those that mean it first.
    Raises CaseUnknown."""
    with open_work() as work:
        facts = _facts({number}, work)
        if number not in facts:
            raise CaseUnknown(number)
        what, now = Transition("", transition, "", facts[number], {}), work.now()
        found = [(one, verdict(one, what, now)) for one in work.active_subscriptions()]
        meant = [one for one, said in found if said.matches]
        people = People(work.people(*people_wanted([meant]), what.facts.area))
    rows: list[Row] = []
    for one, said in found:
        who = audience([one] if said.matches else [], what.facts.area, people)
        about = {"id": one.id, "receiver": f"{one.receiver.kind} {one.receiver.name}"}
        rows.append(about | said._asdict() | {"hear": sorted(who.members | who.systems)})
    return sorted(rows, key=lambda row: not row["matches"])


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
