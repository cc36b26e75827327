"""Reports become cases: gather, decide, record, for a list in one transaction."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import prometheus_client

from services.intake.adapters import adapter_of, patrol, unwrap
from services.intake.domain.answers import judge_answers
from services.intake.domain.duplicates import cell_of
from services.intake.domain.opening import NewCase, open_case, where
from services.intake.domain.registration import Reason, Refusal, Report, Source, judge
from services.intake.store import OpenWork, Reference, Work
from services.intake.use_cases import fairness, grouping
from services.intake.use_cases.announcing import say_registered
from services.intake.use_cases.duplicates import Merge, find_likely, find_merges, suggestions
from services.intake.use_cases.media import link_media
from services.intake.use_cases.merging import NewPair, merge_new
from services.intake.use_cases.personal import seal_originals
from services.intake.use_cases.telling import Key, tell_again, tell_refused
from shared.masking import mask
from shared.messaging.arrival import Arrival
from shared.messaging.envelope import new_id
from shared.sealing import KeyRing

reports_total = prometheus_client.Counter(
    "wangge_reports_total",
    "Reports by source and outcome: new, grouped, known, refused, below_threshold.",
    ["source", "outcome"],
)


class Registered(NamedTuple):
    """What became of one report: new, grouped (added to an earlier one's case), known, refused, below_threshold."""

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
        reference, now = work.reference(), work.now()
        sources = reference.sources
        judged = [_judge(_read(arrival, sources), arrival.event.id, reference) for arrival in arrivals]
        outcomes = _register(judged, reference, work, keys, now)
        tell_refused([reading for reading in judged if isinstance(reading, Refusal)], sources, work, now)
        work.commit()
    _count([arrival.routing_key.partition(".")[0] for arrival in arrivals], sources, outcomes)
    return [registered.outcome for registered in outcomes]


def register_one(data: dict[str, Any], source_name: str, open_work: OpenWork, keys: KeyRing) -> Registered:
    """A report that came by HTTP: the same, for a list of one; a refusal is the answer and needs no feedback."""
    with open_work() as work:
        [outcome] = register_within(lambda source: [read_by_kind(data, source)], source_name, work, keys)
        work.commit()
    return outcome


def register_within(
    read: Callable[[Source], list[Report | Refusal]], source_name: str, work: Work, keys: KeyRing
) -> list[Registered]:
    """Reports of one source in a unit of work that records more than them; the caller commits."""
    reference, now = work.reference(), work.now()
    readings = read(reference.sources.get(source_name) or _unknown(source_name))
    outcomes = _register([_judge(reading, "", reference) for reading in readings], reference, work, keys, now)
    _count([source_name] * len(outcomes), reference.sources, outcomes)
    return outcomes


def read_by_kind(data: dict[str, Any], source: Source) -> Report | Refusal:
    """A report in the language of its source's kind, sent by the source itself."""
    return adapter_of(source.kind).read(data, source, "", source.name)


def _count(names: Sequence[str], sources: Mapping[str, Source], outcomes: Sequence[Registered]) -> None:
    for (name, outcome), number in Counter(zip(names, (o.outcome for o in outcomes), strict=True)).items():
        reports_total.labels(name if name in sources else "unknown", outcome).inc(number)
        fairness.count(name, {outcome: number})


def _unknown(name: str) -> Source:
    return Source(name, "generic", auto_accept=False, feedback=(), asks_reporter=False, enabled=False)


def _read(arrival: Arrival, sources: Mapping[str, Source]) -> Report | Refusal:
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


def _judge(reading: Report | Refusal, reference_id: str, reference: Reference) -> Report | Refusal:
    if isinstance(reading, Refusal):
        return reading
    source = reference.sources.get(reading.source) or _unknown(reading.source)
    reasons = judge(reading, source, reference.catalogue) + judge_answers(reading, reference.catalogue)
    return Refusal(reading.source, reading.external_id.replace("\0", ""), reference_id, reasons) if reasons else reading


def _register(
    judged: Sequence[Report | Refusal], reference: Reference, work: Work, keys: KeyRing, now: dt.datetime
) -> list[Registered]:
    first: dict[Key, Report] = {}
    for reading in judged:
        if isinstance(reading, Report):
            first.setdefault((reading.source, reading.external_id), reading)
    reports = [(report, reference.sources[report.source]) for report in first.values()]
    photos = work.positions_of([ref for report, _ in reports if report.lon is None for ref in report.media])
    places = reference.locator.locate([where(report, source, photos) for report, source in reports])
    opened = [
        open_case(report, source, reference.understanding, place, now)
        for (report, source), place in zip(reports, places, strict=True)
    ]
    leading, following = grouping.sort_out(opened, reference.sources, work, now)
    numbers = _add_new(leading, reference, work, keys, now)
    grouped = _add_following(following, reference.sources, work, keys, now)
    known = work.count_repeated([key for key in first if key not in numbers and key not in grouped])
    tell_again(known, work)
    return [_outcome(reading, numbers, grouped, known) for reading in judged]


def _outcome(
    reading: Report | Refusal,
    numbers: dict[Key, NewNumber],
    grouped: dict[Key, dict[str, Any]],
    known: dict[Key, dict[str, Any]],
) -> Registered:
    if isinstance(reading, Refusal):
        return Registered(reading.outcome, reasons=tuple(reading.reasons))
    key = (reading.source, reading.external_id)
    if key in numbers:
        return Registered("new", numbers[key].number, numbers[key].state)
    outcome, row = ("grouped", grouped[key]) if key in grouped else ("known", known[key])
    return Registered(outcome, row["number"], row["state"])


def _add_new(
    opened: Sequence[NewCase], reference: Reference, work: Work, keys: KeyRing, now: dt.datetime
) -> dict[Key, NewNumber]:
    rows = [_report_row(new, now) for new in opened]
    seal_originals(opened, rows, work, keys)
    fresh = work.add_reports(rows)
    new_cases = [(new, row) for new, row in zip(opened, rows, strict=True) if row["id"] in fresh]
    case_rows = [
        _case_row(new, row["case_id"], number, now)
        for (new, row), number in zip(new_cases, work.case_numbers(len(new_cases)), strict=True)
    ]
    cases = [(new, row) for (new, _), row in zip(new_cases, case_rows, strict=True)]
    likely = find_likely(case_rows, reference.understanding.rules.nearness, work, now)
    merges = find_merges(cases, likely, reference.understanding)
    say_registered(cases, reference.sources, work, now)
    work.add_cases(case_rows)
    link_media(case_rows, work, now)
    work.add_history([step for new, row in cases for step in _first_steps(new, row, now)])
    work.add_likely_duplicates(suggestions(case_rows, likely))
    _merge_at_once(merges, reference.sources, work, now)
    return {(row["source"], row["external_id"]): NewNumber(row["number"], row["state"]) for row in case_rows}


def _add_following(
    following: Sequence[tuple[NewCase, Key]],
    sources: Mapping[str, Source],
    work: Work,
    keys: KeyRing,
    now: dt.datetime,
) -> dict[Key, dict[str, Any]]:
    rows = [_report_row(new, now) for new, _ in following]
    seal_originals([new for new, _ in following], rows, work, keys)
    joined = [grouping.Following(new, leader, row) for (new, leader), row in zip(following, rows, strict=True)]
    return grouping.attach(joined, sources, work, now)


def _merge_at_once(merges: Sequence[Merge], sources: Mapping[str, Source], work: Work, now: dt.datetime) -> None:
    """What a rule makes one with an earlier case; if that one has just ended, the desk decides."""
    roots = work.share_open_roots([merge.into["id"] for merge in merges])
    pairs = [NewPair(m.case, roots[m.into["id"]], m.rule, m.score) for m in merges if m.into["id"] in roots]
    merge_new(pairs, sources, work, now, {pair.case["id"]: pair.case["said"] for pair in pairs})
    for pair in pairs:
        pair.case["state"] = "merged"


def _report_row(new: NewCase, now: dt.datetime) -> dict[str, Any]:
    report = new.report
    return {
        "id": new_id(),
        "source": report.source,
        "external_id": report.external_id,
        "case_id": new_id(),
        "reported_at": report.reported_at or now,
        "received_at": now,
        "extra": report.extra or None,
        "grouped": False,
    }


def _case_row(new: NewCase, case_id: str, number: str, now: dt.datetime) -> dict[str, Any]:
    report, lon, lat = new.report, new.located.lon, new.located.lat
    return {
        "id": case_id,
        "number": number,
        "state": new.state,
        "level": new.meaning.level,
        "kind": new.meaning.kind,
        "category": new.meaning.category.code,
        "class_code": new.meaning.category.class_code,
        "title": new.title,
        "description": new.description,
        "place_text": mask(report.place_text),
        "lon": lon,
        "lat": lat,
        "cell": None if lon is None or lat is None else cell_of(lon, lat),
        "grid_id": new.located.grid_id,
        "desk_reason": new.located.desk_reason,
        "media": report.media,
        "source": report.source,
        "external_id": report.external_id,
        "anonymous": new.anonymous,
        "reported_by": report.reported_by,
        "service": report.service,
        "settled": report.settled and report.settled | {"note": mask(report.settled["note"])},
        "extra": report.extra or None,
        "answers": report.answers,
        "understood": new.meaning.steps,
        "hint": new.meaning.hint,
        "reported_at": report.reported_at or now,
        "registered_at": now,
        "round": 1,
    }


def _first_steps(new: NewCase, row: dict[str, Any], now: dt.datetime) -> list[dict[str, Any]]:
    step = {"case_id": row["id"], "at": now, "round": 1, "who": row["source"], "note": ""}
    steps = [step | {"from_state": None, "to_state": "submitted", "cause": "report"}]
    if row["state"] == "accepted":
        steps.append(step | {"from_state": "submitted", "to_state": "accepted", "cause": "rule", "who": "rule"})
    if row["state"] == "rejected":
        why = {"cause": new.meaning.reason_code, "who": "rule", "note": new.meaning.reason}
        steps.append(step | {"from_state": "submitted", "to_state": "rejected"} | why)
    return steps
