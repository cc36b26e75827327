"""What intake does: one function, one transaction, written for a list. Gather, decide, record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

from services.intake import messages
from services.intake.adapters import adapter_of, generic
from services.intake.domain import case as cases
from services.intake.domain import feedback
from services.intake.domain.registration import NewCase, Reason, Refusal, Report, Source, judge, open_case
from services.intake.errors import CaseUnknown, NotWaiting
from services.intake.store import Work
from shared.messaging.arrival import Arrival
from shared.messaging.envelope import Event, new_id
from shared.messaging.message import Heard
from shared.outbox.unit_of_work import to_json
from shared.sealing import KeyRing

OpenWork = Callable[[], AbstractContextManager[Work]]
Key = tuple[str, str]


class Registered(NamedTuple):
    """What became of one report: new, known or refused."""

    outcome: str
    number: str | None = None
    state: str | None = None
    reasons: tuple[Reason, ...] = ()


def register_reports(arrivals: Sequence[Arrival], open_work: OpenWork, keys: KeyRing) -> list[str]:
    """Reports that came by AMQP: each becomes a case, is known already, or is refused with reasons."""
    with open_work() as work:
        work.unpark(arrivals)
        sources = work.sources()
        readings = [_read(arrival, sources) for arrival in arrivals]
        outcomes = _register(readings, sources, work, keys)
        work.commit()
    return [registered.outcome for registered in outcomes]


def register_one(data: dict[str, Any], source_name: str, open_work: OpenWork, keys: KeyRing) -> Registered:
    """A report that came by HTTP: the same, for a list of one."""
    with open_work() as work:
        sources = work.sources()
        source = sources.get(source_name) or Source(source_name, "generic", False, (), False, enabled=False)
        outcome = _register([generic.read_data(data, source)], sources, work, keys)[0]
        work.commit()
    return outcome


def _read(arrival: Arrival, sources: dict[str, Source]) -> Report | Refusal:
    name = arrival.routing_key.partition(".")[0]
    source = sources.get(name)
    if source is None:
        return Refusal(
            name, "", arrival.message_id, [Reason("source", f"{name!r} is not known here", "ask the town's desk")]
        )
    return adapter_of(source.kind)(arrival, source)


def _register(
    readings: Sequence[Report | Refusal], sources: dict[str, Source], work: Work, keys: KeyRing
) -> list[Registered]:
    now, reference = work.now(), work.reference()
    judged = [_judge(reading, sources, reference.catalogue) for reading in readings]
    first: dict[Key, Report] = {}
    for reading in judged:
        if isinstance(reading, Report):
            first.setdefault((reading.source, reading.external_id), reading)
    reports = list(first.values())
    places = reference.locator.locate([(report.lon, report.lat) for report in reports])
    opened = [
        open_case(report, sources[report.source], reference.catalogue, place)
        for report, place in zip(reports, places, strict=True)
    ]
    numbers = _add_new(opened, sources, work, keys, now)
    known = work.count_repeated([key for key in first if key not in numbers])
    _tell_again(known, work)
    _tell_refused([reading for reading in judged if isinstance(reading, Refusal)], work, now)
    return [_outcome(reading, numbers, known) for reading in judged]


def _judge(reading: Report | Refusal, sources: dict[str, Source], catalogue: dict[str, Any]) -> Report | Refusal:
    if isinstance(reading, Refusal):
        return reading
    source = sources.get(reading.source) or Source(reading.source, "generic", False, (), False, enabled=False)
    reasons = judge(reading, source, catalogue)
    external_id = reading.external_id.replace("\0", "")
    return Refusal(reading.source, external_id, None, reasons) if reasons else reading


def _outcome(reading: Report | Refusal, numbers: dict[Key, NewNumber], known: dict[Key, dict[str, Any]]) -> Registered:
    if isinstance(reading, Refusal):
        return Registered("refused", reasons=tuple(reading.reasons))
    key = (reading.source, reading.external_id)
    if key in numbers:
        return Registered("new", numbers[key].number, numbers[key].state)
    return Registered("known", known[key]["number"], known[key]["state"]) if key in known else Registered("known")


class NewNumber(NamedTuple):
    number: str
    state: str


def _add_new(
    opened: Sequence[NewCase], sources: dict[str, Source], work: Work, keys: KeyRing, now: dt.datetime
) -> dict[Key, NewNumber]:
    rows = [_report_row(new, keys, now) for new in opened]
    fresh = work.add_reports(rows)
    new_cases = [(new, row) for new, row in zip(opened, rows, strict=True) if row["id"] in fresh]
    case_rows = [
        _case_row(new, row["case_id"], number, keys, now)
        for (new, row), number in zip(new_cases, work.case_numbers(len(new_cases)), strict=True)
    ]
    work.add_cases(case_rows)
    work.add_history([step for row in case_rows for step in _first_steps(row, now)])
    events = []
    for (new, _), row in zip(new_cases, case_rows, strict=True):
        say = messages.CaseRegistered if new.accepted else messages.CaseSubmitted
        events.append(
            say.say(work.address, row["number"], row["id"], 1, new.lane, **_case_data(row, new.asks_reporter))
        )
    work.say(events)
    _tell(
        [(row, "report_received", feedback.received(row["number"], row["state"])) for row in case_rows],
        work,
        now,
        {row["id"]: 1 for row in case_rows},
    )
    return {(row["source"], row["external_id"]): NewNumber(row["number"], row["state"]) for row in case_rows}


def _report_row(new: NewCase, keys: KeyRing, now: dt.datetime) -> dict[str, Any]:
    report, report_id = new.report, new_id()
    personal = bool(report.reporter) or new.description != report.description.strip()
    original = to_json({"reporter": report.reporter, "title": report.title, "description": report.description})
    return {
        "id": report_id,
        "source": report.source,
        "external_id": report.external_id,
        "case_id": new_id(),
        "reported_at": report.reported_at or now,
        "received_at": now,
        "original": keys.seal(original, report_id, "original") if personal else None,
    }


def _case_row(new: NewCase, case_id: str, number: str, keys: KeyRing, now: dt.datetime) -> dict[str, Any]:
    report = new.report
    return {
        "id": case_id,
        "number": number,
        "state": "accepted" if new.accepted else "submitted",
        "level": new.level,
        "kind": new.kind,
        "category": new.category,
        "title": new.title,
        "description": new.description,
        "place_text": report.place_text,
        "lon": report.lon,
        "lat": report.lat,
        "grid_id": new.located.grid_id,
        "desk_reason": new.located.desk_reason,
        "media": report.media,
        "source": report.source,
        "external_id": report.external_id,
        "anonymous": new.anonymous,
        "reported_by": report.reported_by,
        "contact": None if new.anonymous else keys.seal(to_json(report.reporter), case_id, "contact"),
        "settled": report.settled,
        "reported_at": report.reported_at or now,
        "registered_at": now,
        "round": 1,
        "said": 2,  # that it is registered, and the answer to its source
    }


def _first_steps(row: dict[str, Any], now: dt.datetime) -> list[dict[str, Any]]:
    step = {"case_id": row["id"], "at": now, "round": 1, "who": row["source"], "note": ""}
    steps = [step | {"from_state": None, "to_state": "submitted", "cause": "report"}]
    if row["state"] == "accepted":
        steps.append(step | {"from_state": "submitted", "to_state": "accepted", "cause": "rule", "who": "rule"})
    return steps


def _case_data(row: dict[str, Any], asks_reporter: bool) -> dict[str, Any]:
    fields = messages.CaseRegistered.schema().fields
    return {name: row[name] for name in fields if name in row} | {"asks_reporter": asks_reporter}


# feedback


def _tell(
    told: Sequence[tuple[dict[str, Any], str, dict[str, Any]]],
    work: Work,
    now: dt.datetime,
    said: dict[str, int],
    causes: dict[str, Event] | None = None,
) -> None:
    """Numbered feedback for the sources of these cases; each is one more thing that intake says about its case."""
    numbers = work.number_feedback([(row["source"], row["external_id"]) for row, _, _ in told])
    rows, events = [], []
    for row, kind, body in told:
        said[row["id"]] += 1
        number = numbers[row["source"], row["external_id"]]
        rows.append(
            {
                "id": new_id(),
                "source": row["source"],
                "external_id": row["external_id"],
                "number": number,
                "kind": kind,
                "case_id": row["id"],
                "said_at": now,
                "body": body | {"number": row["number"]},
            }
        )
        events.append(
            _feedback_event(
                rows[-1], work, sequence=said[row["id"]], lane=_lane(row), cause=(causes or {}).get(row["id"])
            )
        )
    work.add_feedback(rows)
    work.say(events)


def _feedback_event(
    row: dict[str, Any], work: Work, sequence: int | None, lane: str, again: bool = False, cause: Event | None = None
) -> Event:
    body = {"reasons": [], "number": None} | row["body"]
    return messages.FeedbackDue.say(
        work.address,
        body["number"] or row["external_id"],
        row["case_id"],
        sequence,
        lane,
        cause,
        source=row["source"],
        external_id=row["external_id"],
        feedback_id=row["id"],
        feedback_number=row["number"],
        kind=row["kind"],
        again=again,
        **body,
    )


def _tell_again(known: dict[Key, dict[str, Any]], work: Work) -> None:
    """A report that came again: its source has perhaps not heard the answer."""
    work.say(
        _feedback_event(
            {
                **row,
                "id": row["feedback_id"],
                "number": row["feedback_number"],
                "kind": "report_received",
                "case_id": None,
            },
            work,
            None,
            _lane(row),
            again=True,
        )
        for row in known.values()
    )


def _tell_refused(refusals: Sequence[Refusal], work: Work, now: dt.datetime) -> None:
    """`report_rejected` to the source; the same refusal of the same report is said again, not numbered anew."""
    latest = {(r.source, r.external_id): r for r in refusals}
    last = work.last_refusals([key for key in latest if key[1]])
    new, events = [], []
    for key, refusal in latest.items():
        body = feedback.refused() | {"reasons": [r.as_dict() for r in refusal.reasons], "reference": refusal.reference}
        if key in last and last[key]["body"] == body:
            row = last[key] | {"id": last[key]["feedback_id"], "number": last[key]["feedback_number"], "case_id": None}
            events.append(_feedback_event(row, work, None, "normal", again=True))
        else:
            new.append(
                {
                    "id": new_id(),
                    "source": refusal.source,
                    "external_id": refusal.external_id,
                    "kind": "report_rejected",
                    "case_id": None,
                    "said_at": now,
                    "body": body,
                }
            )
    numbers = work.number_feedback([(row["source"], row["external_id"]) for row in new])
    for row in new:
        row["number"] = numbers[row["source"], row["external_id"]]
        events.append(_feedback_event(row, work, None, "normal"))
    work.add_feedback(new)
    work.say(events)


# progress


def fold_progress(heard: Sequence[Heard], open_work: OpenWork) -> list[str]:
    """What dispatch and callback say about cases becomes the cases' state, and feedback for their sources."""
    with open_work() as work:
        new = work.first_time(heard)
        rows = work.lock_cases(sorted({message.case_id for message in new}))
        now, sources = work.now(), work.sources()
        steps = {id(message): _step(message, rows.get(message.case_id)) for message in new}
        for message in new:
            if steps[id(message)].outcome == cases.TOO_EARLY:
                work.too_early([message], steps[id(message)].why)
        done = [
            (message, rows[message.case_id], steps[id(message)])
            for message in new
            if steps[id(message)].outcome == cases.DONE
        ]
        _move(done, sources, work, now)
        work.commit()
    return [steps[id(m)].outcome if id(m) in steps else "known" for m in heard]


def _step(message: Heard, row: dict[str, Any] | None) -> cases.Progress:
    if row is None:
        return cases.Progress(cases.TOO_EARLY, why="the case is not known here")
    heard = row["heard_callback" if message.event.type.startswith("callback.") else "heard_dispatch"]
    return cases.next_step(row["state"], row["round"], heard, message.event.type, message.event.sequence, message.round)


def _move(
    done: Sequence[tuple[Heard, dict[str, Any], cases.Progress]],
    sources: dict[str, Source],
    work: Work,
    now: dt.datetime,
) -> None:
    history, told, closed = [], [], []
    for message, row, step in done:
        before, state = row["state"], step.state or row["state"]
        rework = message.event.type == messages.ReworkAsked.TYPE
        _note(message, row, state, now)
        if state != before or rework:
            history.append(
                {
                    "case_id": row["id"],
                    "at": now,
                    "round": row["round"],
                    "from_state": before,
                    "to_state": state,
                    "cause": message.event.type,
                    "who": message.member_id or message.event.source,
                    "note": message.note or "",
                }
            )
            source, about = sources.get(row["source"]), "rework" if rework else state
            if source and feedback.wanted(about, source.feedback):
                told.append((row, "case_updated", feedback.body(about, row["number"], row["round"])))
        if state == "closed":
            closed.append((message, row))
    work.add_history(history)
    said = {row["id"]: row["said"] for _, row, _ in done}
    _say_closed(closed, said, work, now)
    _tell(told, work, now, said, {message.case_id: message.event for message, _, _ in done})
    work.move_cases([row | {"at": now, "said": said[row["id"]]} for _, row, _ in done])


def _note(message: Heard, row: dict[str, Any], state: str, now: dt.datetime) -> None:
    heard = "heard_callback" if message.event.type.startswith("callback.") else "heard_dispatch"
    row[heard] = message.event.sequence or row[heard] + 1
    row["state"], row["round"] = state, max(row["round"], message.round)
    if message.event.type in (messages.CaseAnswered.TYPE, messages.ReworkAsked.TYPE):
        row["solved"], row["satisfaction"] = message.solved, message.satisfaction


def _say_closed(
    closed: Sequence[tuple[Heard, dict[str, Any]]], said: dict[str, int], work: Work, now: dt.datetime
) -> None:
    events = []
    for message, row in closed:
        said[row["id"]] += 1
        events.append(
            messages.CaseClosed.say(
                work.address,
                row["number"],
                row["id"],
                said[row["id"]],
                _lane(row),
                message.event,
                number=row["number"],
                round=row["round"],
                solved=message.solved,
                satisfaction=message.satisfaction,
                closed_at=now.isoformat(),
            )
        )
    work.say(events)


# the desk


def accept_case(number: str, who: str, category: str | None, open_work: OpenWork) -> dict[str, Any]:
    """The desk accepts a submitted case, with another category if it says so. Raises CaseUnknown, NotWaiting."""
    with open_work() as work:
        row, now = _waiting(number, work), work.now()
        source = work.sources().get(row["source"])
        said = _tell_decision(row, "accepted", "", source, work, now)
        work.move_cases([row | {"state": "accepted", "said": said, "at": now, "category": category}])
        work.add_history([_desk_step(row, "accepted", "desk accepts", who, "", now)])
        whole = work.whole_case(row["id"])
        data = _case_data(whole, bool(source and source.asks_reporter))
        work.say([messages.CaseRegistered.say(work.address, number, row["id"], row["said"] + 1, _lane(row), **data)])
        work.commit()
    return {"number": number, "state": "accepted"}


def reject_case(number: str, who: str, reason_code: str, reason: str, open_work: OpenWork) -> dict[str, Any]:
    """The desk refuses a submitted case; its source hears the reason and who refused. Raises CaseUnknown, NotWaiting."""
    with open_work() as work:
        row, now = _waiting(number, work), work.now()
        said = _tell_decision(row, "rejected", f"{reason} ({who})", work.sources().get(row["source"]), work, now)
        work.move_cases([row | {"state": "rejected", "said": said, "at": now}])
        work.add_history([_desk_step(row, "rejected", reason_code, who, reason, now)])
        work.say(
            [
                messages.CaseRejected.say(
                    work.address,
                    number,
                    row["id"],
                    row["said"] + 1,
                    _lane(row),
                    number=number,
                    reason_code=reason_code,
                    reason=reason,
                    by=who,
                )
            ]
        )
        work.commit()
    return {"number": number, "state": "rejected"}


def _waiting(number: str, work: Work) -> dict[str, Any]:
    row = work.lock_case_by_number(number)
    if row is None:
        raise CaseUnknown(number)
    if row["state"] != "submitted":
        raise NotWaiting(number, row["state"])
    return row


def _desk_step(row: dict[str, Any], state: str, cause: str, who: str, note: str, now: dt.datetime) -> dict[str, Any]:
    return {
        "case_id": row["id"],
        "at": now,
        "round": row["round"],
        "from_state": row["state"],
        "to_state": state,
        "cause": cause,
        "who": who,
        "note": note,
    }


def _tell_decision(
    row: dict[str, Any], state: str, note: str, source: Source | None, work: Work, now: dt.datetime
) -> int:
    """Feedback about the desk's decision; gives back how many messages intake will have said about the case."""
    said = {row["id"]: row["said"] + 1}  # the decision itself comes before the feedback
    if source and feedback.wanted(state, source.feedback):
        _tell([(row, "case_updated", feedback.body(state, row["number"], row["round"], note))], work, now, said)
    return said[row["id"]]


# reference data


def keep_grids(heard: Sequence[Heard], open_work: OpenWork) -> None:
    """Copies of the grids that dispatch owns."""
    with open_work() as work:
        work.put_grids([vars(message) for message in work.first_time(heard)])
        work.commit()


def keep_members(heard: Sequence[Heard], open_work: OpenWork) -> None:
    """Who the members are, as far as intake needs it."""
    with open_work() as work:
        work.put_members([vars(message) for message in work.first_time(heard)])
        work.commit()


def load_town(sources: list[dict[str, Any]], categories: list[dict[str, Any]], open_work: OpenWork) -> dict[str, int]:
    """Sources and catalogue of a town folder; every category that has changed is said."""
    with open_work() as work:
        work.put_sources(sources)
        changed = work.put_categories(categories)
        _say_categories(changed, work)
        work.commit()
    return {"sources": len(sources), "categories": len(categories), "changed": len(changed)}


def resay_categories(open_work: OpenWork) -> int:
    """The whole catalogue again, for a hearer whose table is new."""
    with open_work() as work:
        rows = work.all_categories()
        _say_categories(rows, work)
        work.commit()
    return len(rows)


def _say_categories(rows: Sequence[dict[str, Any]], work: Work) -> None:
    work.say(messages.CategoryChanged.say(work.address, row["code"], None, None, **row) for row in rows)


def _lane(row: dict[str, Any]) -> str:
    return "urgent" if row["level"] in ("P1", "P2") else "normal"
