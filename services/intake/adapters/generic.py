"""The generic report, for platforms without a language of their own; the generic update is the feedback as it is.

Rules: ARCHITECTURE.md, section 3; the fields are those of messages/outside.py.

    {"external_id": "NB-1", "category": "0103", "kind": "complaint", "level": "P3", "title": "路口垃圾",
     "description": "三天没清。", "place": {"text": "球川村村口", "lon": 118.405, "lat": 28.925},
     "reported_at": "2026-11-23T08:58:12+08:00", "reporter": {"name": "毛某", "phone": "19900000099"}, "media": []}
"""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError

from services.intake.domain.registration import Reason, Refusal, Report, Source
from services.intake.messages.outside import Report as ReportSchema
from shared import reasons
from shared.messaging.quick import compiled

_SCHEMA = ReportSchema()
_quick = compiled(_SCHEMA)


def read(data: dict[str, Any], source: Source, reference: str, publisher: str | None = None) -> Report | Refusal:
    """The report of a JSON object, or why it cannot be read."""
    try:
        values = _quick(data) or _SCHEMA.load(data)
    except ValidationError as error:
        return Refusal(source.name, known_id(data), reference, reasons_of(error))
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
        coordinates=place.get("coordinates", "wgs84"),
        grid_code=place.get("grid_code", ""),
        camera_id=place.get("camera_id", ""),
        answers=values["answers"],
    )


def known_id(data: dict[str, Any]) -> str:
    """The external id of a report that cannot be read; empty where that cannot be read either."""
    external_id = data.get("external_id")
    return external_id[:200] if isinstance(external_id, str) and "\0" not in external_id else ""


def write(feedback: dict[str, Any], source: Source) -> dict[str, Any]:
    """Nothing beside the feedback itself."""
    return {}


def reasons_of(error: ValidationError) -> list[Reason]:
    """A reason for each field that does not fit."""
    return [Reason(**row) for row in reasons.reasons_of(error)]
