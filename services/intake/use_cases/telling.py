"""What the sources of cases are told: numbered per (source, external id), kept so that it can be said again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from services.intake import messages
from services.intake.adapters import adapter_of
from services.intake.domain import feedback
from services.intake.domain.registration import Refusal, Source
from services.intake.store import Work
from shared.messaging.envelope import NORMAL, URGENT, Event, new_id

Key = tuple[str, str]
Row = dict[str, Any]


class News(NamedTuple):
    """What has happened to a case (a key of feedback.TEXTS), with what there is to say about it.

    `facts` are told as they are; of these, `answer` only under the number `answered_by`. `links`: by the number that
    reports know the case by, what a link for its reporter is made of; then only these reports hear of it."""

    case: Row
    about: str
    note: str = ""
    facts: Row = {}
    answered_by: str | None = None
    links: Mapping[str, Row] | None = None


class Told(NamedTuple):
    """Feedback for one report of a case: `report` has source, external_id, case_id and the number that it knows."""

    case: Row
    report: Row
    kind: str
    body: Row


def tell_received(
    rows: Sequence[Row], sources: Mapping[str, Source], work: Work, now: dt.datetime, said: dict[str, int]
) -> None:
    """The first answer to the reports of new cases."""
    told = [
        Told(row, row | {"case_id": row["id"]}, "report_received", feedback.received(row["number"], row["state"]))
        for row in rows
    ]
    _tell(told, sources, work, now, said)


def tell_new(
    news: Sequence[News], sources: Mapping[str, Source], work: Work, now: dt.datetime, said: dict[str, int]
) -> None:
    """What has happened to cases while they are registered; the one report of each hears it, if its source wants to."""
    told = [
        Told(one.case, one.case | {"case_id": one.case["id"]}, "case_updated", _body(one, one.case))
        for one in news
        if feedback.wanted(one.about, sources[one.case["source"]].feedback)
    ]
    _tell(told, sources, work, now, said)


def tell_joined(
    joined: dict[Key, Row], sources: Mapping[str, Source], work: Work, now: dt.datetime, said: dict[str, int]
) -> None:
    """The one answer to reports that were added to the case of their group."""
    told = []
    for (source, external_id), case in joined.items():
        report = {"source": source, "external_id": external_id, "case_id": case["id"], "number": case["number"]}
        told.append(Told(case, report, "report_received", feedback.joined(case["number"], case["state"])))
    _tell(told, sources, work, now, said)


def tell_news(
    news: Sequence[News],
    sources: Mapping[str, Source],
    work: Work,
    now: dt.datetime,
    said: dict[str, int],
    causes: dict[str, Event] | None = None,
) -> None:
    """Every report of these cases, and of those merged into them, hears what its source has asked for: each under its
    own external id and number. `said` counts what intake has said about each case, and is counted on."""
    heard = work.reports_to_tell([one.case["id"] for one in news])
    told = [
        Told(one.case, report, "case_updated", _body(one, report))
        for one in news
        for report in heard.get(one.case["id"], ())
        if report["source"] in sources and feedback.wanted(one.about, sources[report["source"]].feedback)
        if one.links is None or report["number"] in one.links
    ]
    _tell(told, sources, work, now, said, causes)


def _body(news: News, report: Row) -> Row:
    body = feedback.body(news.about, report["number"], news.case.get("round", 1), news.note, news.case["state"])
    mine = news.answered_by in (None, report["number"])
    link = {"answer_link": news.links[report["number"]]} if news.links else {}
    return body | {name: value for name, value in news.facts.items() if mine or name != "answer"} | link


def _tell(
    told: Sequence[Told],
    sources: Mapping[str, Source],
    work: Work,
    now: dt.datetime,
    said: dict[str, int],
    causes: dict[str, Event] | None = None,
) -> None:
    rows = []
    for case, report, kind, body in told:
        said[case["id"]] += 1
        body = body | {"number": report["number"]}
        row = _row(report["source"], report["external_id"], kind, report["case_id"], body, now, said[case["id"]])
        rows.append(row | {"extra": report.get("extra")})
    _record(rows, sources, work)
    work.say(
        [
            _event(row, work, case["id"], row["said"], lane_of(case), (causes or {}).get(case["id"]))
            for row, (case, *_) in zip(rows, told, strict=True)
        ]
    )


def tell_again(known: dict[Key, Row], work: Work) -> None:
    """A report that came again: its source has perhaps not heard the answer."""
    work.say(_event(_said_before(row), work, None, None, lane_of(row), again=True) for row in known.values())


def say_again(rows: Sequence[Row], work: Work) -> None:
    """Feedback (feedback_id, source, external_id, feedback_number, kind, body) that its source has missed."""
    work.say(_event(_said_before(row), work, None, None, NORMAL, again=True) for row in rows)


def tell_refused(refusals: Sequence[Refusal], sources: Mapping[str, Source], work: Work, now: dt.datetime) -> None:
    """`report_rejected` to the source; the same refusal of the same report is said again, not numbered anew."""
    latest = {refusal.key: refusal for refusal in refusals}
    last = work.last_refusals(list(latest))
    new, again = [], []
    for key, refusal in latest.items():
        body = feedback.refused() | {"reasons": [r.as_dict() for r in refusal.reasons], "reference": refusal.reference}
        if key in last and last[key]["body"] | {"update": None} == body | {"update": None}:
            again.append(_said_before(last[key]))
        else:
            new.append(_row(*key, "report_rejected", None, body, now))
    _record(new, sources, work)
    work.say([_event(row, work, None, None, NORMAL) for row in new])
    work.say([_event(row, work, None, None, NORMAL, again=True) for row in again])


def _row(
    source: str, external_id: str, kind: str, case_id: str | None, body: Row, now: dt.datetime, said: int = 0
) -> Row:
    identity = {"id": new_id(), "source": source, "external_id": external_id, "case_id": case_id}
    return identity | {"kind": kind, "said_at": now, "body": body, "said": said}


def _record(rows: Sequence[Row], sources: Mapping[str, Source], work: Work) -> None:
    """Numbered, written in the platform's own shape where it has one, and kept."""
    numbers = work.number_feedback([(row["source"], row["external_id"]) for row in rows])
    for row in rows:
        row["number"] = numbers[row["source"], row["external_id"]]
        source = sources.get(row["source"])
        about = {"kind": row["kind"], "external_id": row["external_id"], "feedback_number": row["number"]}
        about |= {"extra": row.pop("extra", None), "feedback_id": row["id"], "number": None}
        if source and (update := adapter_of(source.kind).write(about | row["body"], source)):
            row["body"]["update"] = update
    work.add_feedback(rows)


def _said_before(row: Row) -> Row:
    return row | {"id": row["feedback_id"], "number": row["feedback_number"]}


def _event(
    row: Row,
    work: Work,
    case_id: str | None,
    sequence: int | None,
    lane: str,
    cause: Event | None = None,
    again: bool = False,
) -> Event:
    body = {"reasons": [], "number": None} | row["body"]
    readable = "" if row["external_id"].startswith("? ") else row["external_id"]
    data = {"source": row["source"], "external_id": readable, "feedback_id": row["id"], "kind": row["kind"]}
    data |= {"feedback_number": row["number"], "again": again} | body
    about = body["number"] or row["external_id"]
    return messages.FeedbackDue.say(work.address, about, case_id, sequence, lane, cause, **data)


def lane_of(row: Row) -> str:
    """P1 and P2 travel in the urgent lane."""
    return URGENT if row["level"] in ("P1", "P2") else NORMAL
