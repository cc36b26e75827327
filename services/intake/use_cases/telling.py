"""What the sources of cases are told: numbered per (source, external id), kept so that it can be said again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from services.intake import messages
from services.intake.domain import feedback
from services.intake.domain.registration import Refusal
from services.intake.store import Work
from shared.messaging.envelope import NORMAL, URGENT, Event, new_id

Key = tuple[str, str]


def tell(
    told: Sequence[tuple[dict[str, Any], str, dict[str, Any]]],
    work: Work,
    now: dt.datetime,
    said: dict[str, int],
    causes: dict[str, Event] | None = None,
) -> None:
    """Feedback (case row, kind, body) for the sources of cases; each is one more thing that intake says about its case.

    `said` counts what intake has said about each case, and is counted on.
    """
    rows, events = [], []
    for case, kind, body in told:
        said[case["id"]] += 1
        rows.append(_row(case["source"], case["external_id"], kind, case["id"], body | {"number": case["number"]}, now))
    _number(rows, work)
    for row, (case, _, _) in zip(rows, told, strict=True):
        cause = (causes or {}).get(case["id"])
        events.append(_event(row, work, said[case["id"]], lane_of(case), cause))
    work.add_feedback(rows)
    work.say(events)


def tell_again(known: dict[Key, dict[str, Any]], work: Work) -> None:
    """A report that came again: its source has perhaps not heard the answer."""
    work.say(_event(_said_before(row), work, None, lane_of(row), again=True) for row in known.values())


def say_again(rows: Sequence[dict[str, Any]], work: Work) -> None:
    """Feedback (feedback_id, source, external_id, feedback_number, kind, body) that its source has missed."""
    work.say(_event(_said_before(row), work, None, NORMAL, again=True) for row in rows)


def tell_refused(refusals: Sequence[Refusal], work: Work, now: dt.datetime) -> None:
    """`report_rejected` to the source; the same refusal of the same report is said again, not numbered anew."""
    latest = {refusal.key: refusal for refusal in refusals}
    last = work.last_refusals(list(latest))
    new, again = [], []
    for key, refusal in latest.items():
        body = feedback.refused() | {"reasons": [r.as_dict() for r in refusal.reasons], "reference": refusal.reference}
        if key in last and last[key]["body"] == body:
            again.append(_said_before(last[key]))
        else:
            new.append(_row(*key, "report_rejected", None, body, now))
    _number(new, work)
    work.add_feedback(new)
    work.say([_event(row, work, None, NORMAL) for row in new])
    work.say([_event(row, work, None, NORMAL, again=True) for row in again])


def _row(
    source: str, external_id: str, kind: str, case_id: str | None, body: dict[str, Any], now: dt.datetime
) -> dict[str, Any]:
    identity = {"id": new_id(), "source": source, "external_id": external_id, "case_id": case_id}
    return identity | {"kind": kind, "said_at": now, "body": body}


def _number(rows: Sequence[dict[str, Any]], work: Work) -> None:
    numbers = work.number_feedback([(row["source"], row["external_id"]) for row in rows])
    for row in rows:
        row["number"] = numbers[row["source"], row["external_id"]]


def _said_before(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"id": row["feedback_id"], "number": row["feedback_number"], "case_id": None}


def _event(
    row: dict[str, Any], work: Work, sequence: int | None, lane: str, cause: Event | None = None, again: bool = False
) -> Event:
    body = {"reasons": [], "number": None} | row["body"]
    readable = "" if row["external_id"].startswith("? ") else row["external_id"]
    data = {"source": row["source"], "external_id": readable, "feedback_id": row["id"], "kind": row["kind"]}
    data |= {"feedback_number": row["number"], "again": again} | body
    about = body["number"] or row["external_id"]
    return messages.FeedbackDue.say(work.address, about, row["case_id"], sequence, lane, cause, **data)


def lane_of(row: dict[str, Any]) -> str:
    """P1 and P2 travel in the urgent lane."""
    return URGENT if row["level"] in ("P1", "P2") else NORMAL
