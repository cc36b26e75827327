"""The generic report: one CloudEvent in JSON whose data are the fields of messages.Report."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError

from services.intake.domain.registration import Reason, Refusal, Report, Source
from services.intake.messages import Report as ReportSchema
from shared.messaging.arrival import Arrival
from shared.messaging.envelope import Unreadable, decode
from shared.messaging.quick import compiled

_SCHEMA = ReportSchema()
_quick = compiled(_SCHEMA)


def read(arrival: Arrival, source: Source) -> Report | Refusal:
    """The report of a CloudEvent, or why it cannot be read."""
    try:
        events = decode(arrival.body)
    except (Unreadable, RecursionError) as error:
        repair = "send one CloudEvent 1.0 in JSON (ARCHITECTURE.md, section 3)"
        return Refusal(source.name, "", arrival.event.id, [Reason("body", str(error), repair)])
    if len(events) != 1:
        reason = Reason("body", f"there are {len(events)} events", "send one report a message")
        return Refusal(source.name, "", arrival.event.id, [reason])
    return read_data(events[0].data, source, events[0].id)


def read_data(data: dict[str, Any], source: Source, reference: str) -> Report | Refusal:
    """The report of a JSON object, as HTTP sends it."""
    try:
        values = _quick(data) or _SCHEMA.load(data)
    except ValidationError as error:
        external_id = data.get("external_id")
        known = external_id[:200] if isinstance(external_id, str) and "\0" not in external_id else ""
        return Refusal(source.name, known, reference, _reasons(error.normalized_messages()))
    place = values["place"] or {}
    return Report(
        source=source.name,
        external_id=values["external_id"],
        category=values["category"],
        kind=values["kind"],
        level=values["level"],
        title=values["title"],
        description=values["description"],
        place_text=place.get("text", ""),
        lon=place.get("lon"),
        lat=place.get("lat"),
        reported_at=values["reported_at"],
        reporter=values["reporter"] or {},
        media=values["media"],
        settled=values["settled"],
    )


def _reasons(messages: dict[str, Any], path: str = "") -> list[Reason]:
    found = []
    for name, problem in messages.items():
        at = f"{path}.{name}" if path else str(name)
        if isinstance(problem, dict):
            found += _reasons(problem, at)
        else:
            found.append(Reason(at, " ".join(map(str, problem)), _repair(at, str(problem))))
    return found


def _repair(at: str, problem: str) -> str:
    if "Unknown field" in problem:
        return f"leave {at} out: nobody reads it"
    if "Missing data" in problem:
        return f"send {at}"
    return f"correct {at}; the fields are described in ARCHITECTURE.md, section 3"
