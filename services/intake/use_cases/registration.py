"""Reports become cases: gather, decide, record, for a list in one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

import prometheus_client

from services.intake import messages
from services.intake.adapters import adapter_of, patrol, unwrap
from services.intake.domain import feedback
from services.intake.domain.masking import mask
from services.intake.domain.registration import NewCase, Reason, Refusal, Report, Source, judge, open_case
from services.intake.store import OpenWork, Reference, Work
from services.intake.use_cases.personal import seal_originals
from services.intake.use_cases.telling import Key, tell, tell_again, tell_refused
from shared.messaging.arrival import Arrival
from shared.messaging.envelope import new_id
from shared.sealing import KeyRing

reports_total = prometheus_client.Counter(
    "wangge_reports_total", "Reports by source and outcome: new, known, refused.", ["source", "outcome"]
)


class Registered(NamedTuple):
    """What became of one report: new, known or refused."""

    outcome: str
    number: str | None = None
    state: str | None = None
    reasons: tuple[Reason, ...] = ()


class NewNumber(NamedTuple):
    number: str
    state: str


def register_reports(arrivals: Sequence[Arrival], open_work: OpenWork, keys: KeyRing) -> list[str]:
    """Reports that came by AMQP: each becomes a case, is known already, or is refused with reasons."""
    with open_work() as work:
        work.unpark(arrivals)
        sources, reference, now = work.sources(), work.reference(), work.now()
        judged = [_judge(_read(arrival, sources), arrival.event.id, sources, reference) for arrival in arrivals]
        outcomes = _register(judged, sources, reference, work, keys, now)
        tell_refused([reading for reading in judged if isinstance(reading, Refusal)], work, now)
        work.commit()
    _count([arrival.routing_key.partition(".")[0] for arrival in arrivals], sources, outcomes)
    return [registered.outcome for registered in outcomes]


def register_one(data: dict[str, Any], source_name: str, open_work: OpenWork, keys: KeyRing) -> Registered:
    """A report that came by HTTP: the same, for a list of one; a refusal is the answer and needs no feedback."""
    with open_work() as work:
        sources, reference, now = work.sources(), work.reference(), work.now()
        source = sources.get(source_name) or _unknown(source_name)
        reading = adapter_of(source.kind).read(data, source, "", source_name)
        judged = _judge(reading, "", sources, reference)
        outcome = _register([judged], sources, reference, work, keys, now)[0]
        work.commit()
    _count([source_name], sources, [outcome])
    return outcome


def _count(names: Sequence[str], sources: dict[str, Source], outcomes: Sequence[Registered]) -> None:
    for name, registered in zip(names, outcomes, strict=True):
        reports_total.labels(name if name in sources else "unknown", registered.outcome).inc()


def _unknown(name: str) -> Source:
    return Source(name, "generic", auto_accept=False, feedback=(), asks_reporter=False, enabled=False)


def _read(arrival: Arrival, sources: dict[str, Source]) -> Report | Refusal:
    source = sources.get(arrival.routing_key.partition(".")[0])
    if source is None:
        return _refuse_unknown(arrival)
    found = unwrap(arrival, source)
    if isinstance(found, Refusal):
        return patrol.owned(found, arrival.publisher) if source.kind == patrol.KIND else found
    data, reference = found
    return adapter_of(source.kind).read(data, source, reference, arrival.publisher)


def _refuse_unknown(arrival: Arrival) -> Refusal:
    name = arrival.routing_key.partition(".")[0]
    return Refusal(name, "", arrival.event.id, [Reason("source", f"{name!r} is not known here", "ask the town's desk")])


def _judge(
    reading: Report | Refusal, reference_id: str, sources: dict[str, Source], reference: Reference
) -> Report | Refusal:
    if isinstance(reading, Refusal):
        return reading
    reasons = judge(reading, sources.get(reading.source) or _unknown(reading.source), reference.catalogue)
    return Refusal(reading.source, reading.external_id.replace("\0", ""), reference_id, reasons) if reasons else reading


def _register(
    judged: Sequence[Report | Refusal],
    sources: dict[str, Source],
    reference: Reference,
    work: Work,
    keys: KeyRing,
    now: dt.datetime,
) -> list[Registered]:
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
    numbers = _add_new(opened, work, keys, now)
    known = work.count_repeated([key for key in first if key not in numbers])
    tell_again(known, work)
    return [_outcome(reading, numbers, known) for reading in judged]


def _outcome(reading: Report | Refusal, numbers: dict[Key, NewNumber], known: dict[Key, dict[str, Any]]) -> Registered:
    if isinstance(reading, Refusal):
        return Registered("refused", reasons=tuple(reading.reasons))
    key = (reading.source, reading.external_id)
    if key in numbers:
        return Registered("new", numbers[key].number, numbers[key].state)
    return Registered("known", known[key]["number"], known[key]["state"])


def _add_new(opened: Sequence[NewCase], work: Work, keys: KeyRing, now: dt.datetime) -> dict[Key, NewNumber]:
    rows = [_report_row(new, now) for new in opened]
    seal_originals(opened, rows, work, keys)
    fresh = work.add_reports(rows)
    new_cases = [(new, row) for new, row in zip(opened, rows, strict=True) if row["id"] in fresh]
    case_rows = [
        _case_row(new, row["case_id"], number, now)
        for (new, row), number in zip(new_cases, work.case_numbers(len(new_cases)), strict=True)
    ]
    work.add_cases(case_rows)
    work.add_history([step for row in case_rows for step in _first_steps(row, now)])
    events = []
    for (new, _), row in zip(new_cases, case_rows, strict=True):
        say = messages.CaseRegistered if new.accepted else messages.CaseSubmitted
        events.append(say.say(work.address, row["number"], row["id"], 1, new.lane, **case_data(row, new.asks_reporter)))
    work.say(events)
    tell(
        [(row, "report_received", feedback.received(row["number"], row["state"])) for row in case_rows],
        work,
        now,
        {row["id"]: 1 for row in case_rows},
    )
    return {(row["source"], row["external_id"]): NewNumber(row["number"], row["state"]) for row in case_rows}


def _report_row(new: NewCase, now: dt.datetime) -> dict[str, Any]:
    report = new.report
    return {
        "id": new_id(),
        "source": report.source,
        "external_id": report.external_id,
        "case_id": new_id(),
        "reported_at": report.reported_at or now,
        "received_at": now,
    }


def _case_row(new: NewCase, case_id: str, number: str, now: dt.datetime) -> dict[str, Any]:
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
        "place_text": mask(report.place_text),
        "lon": report.lon,
        "lat": report.lat,
        "grid_id": new.located.grid_id,
        "desk_reason": new.located.desk_reason,
        "media": report.media,
        "source": report.source,
        "external_id": report.external_id,
        "anonymous": new.anonymous,
        "reported_by": report.reported_by,
        "settled": report.settled and report.settled | {"note": mask(report.settled["note"])},
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


def case_data(row: dict[str, Any], asks_reporter: bool) -> dict[str, Any]:
    fields = messages.CaseRegistered.schema().fields
    return {name: row[name] for name in fields if name in row} | {"asks_reporter": asks_reporter}
