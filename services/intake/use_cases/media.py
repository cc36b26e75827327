"""Media come in, complete the cases that wait for them, are looked at, and are forgotten."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

import prometheus_client

from services.intake import messages
from services.intake.domain.media import ANSWER, EVIDENCE, MOST_ANSWERS, linked, reference_of
from services.intake.errors import CaseUnknown, MediaRefused, MediaUnknown, StoreAway
from services.intake.media import Received, Reception, Store, Stream
from services.intake.store import OpenWork, Work
from services.intake.use_cases.telling import lane_of
from shared.messaging.message import Heard

media_total = prometheus_client.Counter(
    "wangge_media_total", "Uploads that were kept, by media type and outcome: new, known.", ["type", "outcome"]
)


class Kept(NamedTuple):
    """An upload that is safe: `new`, or `known` because the same content was here already."""

    outcome: str
    reference: str
    media_type: str
    size: int
    width: int | None
    height: int | None
    position: tuple[float, float] | None


def keep_media(
    stream: Stream,
    declared: str,
    uploaded_by: str,
    reception: Reception,
    open_work: OpenWork,
    length: int | None = None,
    answers: str | None = None,
) -> Kept:
    """A photo, video or sound, of the `declared` media type (empty: look), from role/name; `answers` is the number of
    the case that a reporter brings it for. Safe to send again. Raises MediaRefused, StoreAway, CaseUnknown."""
    if answers:
        _bound_answers(answers, open_work)
    received = reception.receive(stream, declared, length)
    with open_work() as work:
        row = _row(received, uploaded_by, work.now())
        waiting = work.add_media(row)
        known = work.media(row["reference"]) or row
        _complete((waiting or []) + _answered(answers, row["reference"], work), row["reference"], uploaded_by, work)
        work.commit()
    if not reception.store.exists(known["key"]):
        raise StoreAway("it was being forgotten just now")
    outcome = "known" if waiting is None else "new"
    media_total.labels(known["media_type"], outcome).inc()
    position = None if known["lon"] is None else (known["lon"], known["lat"])
    looks = {name: known[name] for name in ("media_type", "size", "width", "height")}
    return Kept(outcome, row["reference"], **looks, position=position)


def _row(received: Received, uploaded_by: str, now: dt.datetime) -> dict[str, Any]:
    looks = received.looks
    lon, lat = looks.position or (None, None)
    return {
        "reference": reference_of(received.digest),
        "key": received.key,
        "media_type": received.media_type,
        "size": received.size,
        "width": looks.width,
        "height": looks.height,
        "lon": lon,
        "lat": lat,
        "thumbnail_key": received.thumbnail_key,
        "thumbnail_size": received.thumbnail_size,
        "uploaded_by": uploaded_by,
        "uploaded_at": now,
    }


def _bound_answers(number: str, open_work: OpenWork) -> None:
    """A link is enough to bring media: so nobody fills the store with it."""
    with open_work() as work:
        if work.count_case_media(number, ANSWER) >= MOST_ANSWERS:
            raise MediaRefused(f"{number} has {MOST_ANSWERS} photos with its answers", "leave it at these")


def _answered(number: str | None, reference: str, work: Work) -> list[str]:
    if number is None:
        return []
    case = work.lock_case_by_number(number)
    if case is None:
        raise CaseUnknown(number)
    row = {"case_id": case["id"], "reference": reference, "role": ANSWER, "added_at": work.now()}
    return [case["id"]] if work.link_one(row) else []


def _complete(case_ids: list[str], reference: str, who: str, work: Work) -> None:
    """The cases that waited have it now: a step in their history, and their hearers are told."""
    rows, now = work.lock_cases(sorted(set(case_ids))), work.now()
    work.add_history([_step(row, reference, who, now) for row in rows.values()])
    work.say(
        messages.MediaAdded.say(
            work.address,
            row["number"],
            row["id"],
            row["said"] + 1,
            lane_of(row),
            number=row["number"],
            round=row["round"],
            references=[reference],
        )
        for row in rows.values()
    )
    work.count_media_said(list(rows))


def _step(row: dict[str, Any], reference: str, who: str, now: dt.datetime) -> dict[str, Any]:
    step = {"case_id": row["id"], "at": now, "round": row["round"], "cause": "media", "who": who, "note": reference}
    return step | {"from_state": row["state"], "to_state": row["state"]}


def link_media(case_rows: Sequence[dict[str, Any]], work: Work, now: dt.datetime) -> None:
    """What the reports of new cases refer to; what is not here yet is awaited."""
    rows = [link for row in case_rows for link in linked(row["id"], row["media"], row["settled"])]
    work.await_media(row["reference"] for row in rows)
    work.link_media([row | {"added_at": now} for row in rows])


def await_evidence(heard: Sequence[Heard], work: Work) -> None:
    """Before the cases are locked."""
    work.await_media(reference for message in heard for reference in getattr(message, "evidence", ()))


def link_evidence(heard: Sequence[Heard], work: Work, now: dt.datetime) -> None:
    """What members show of their work belongs to the case."""
    rows = [
        {"case_id": message.case_id, "reference": reference, "role": EVIDENCE, "added_at": now}
        for message in heard
        for reference in dict.fromkeys(getattr(message, "evidence", ()))
    ]
    work.link_media(rows)


def look_at_media(reference: str, size: str, who: str, about: str, open_work: OpenWork) -> dict[str, Any]:
    """What is known about it; that it was looked at is noted before. Raises MediaUnknown."""
    with open_work() as work:
        row = work.media(reference)
        if row is None:
            raise MediaUnknown(reference)
        work.note_access(who, about, reference, size)
        work.commit()
    return row


def forget_media(case_ids: Sequence[str], store: Store, open_work: OpenWork) -> int:
    """Nothing stays of what only these cases refer to; gives back how many contents were deleted. Raises StoreAway.

    The contents go while their rows are locked, and before the commit: whoever brings the same again meanwhile waits,
    and what is interrupted can be done again.
    """
    with open_work() as work:
        keys = work.drop_media_of(case_ids)
        for key in keys:
            store.delete(key)
        work.commit()
    return len(keys)
