"""Open311 clients: a service request becomes a report; cases, services and feedback in the words of GeoReport v2.

Rules: GeoReport v2 (a request names its service, and a place by position, address or address id; fields that are not
known are left aside) and the extension for updates. What a client sends as a form reaches the adapter as

    {"external_id": "5f0c8a1e", "service_code": "0103", "lat": 28.925, "long": 118.405,
     "description": "路口垃圾三天没清。", "first_name": "毛某", "phone": "19900000099", "media_url": ["https://photos.example/1.jpg"],
     "reported_at": "2026-11-23T08:58:12+08:00"}
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import ValidationError

from services.intake.adapters import generic
from services.intake.adapters import mapping as m
from services.intake.domain import feedback as steps
from services.intake.domain import open311
from services.intake.domain.case import OPEN311
from services.intake.domain.registration import Reason, Refusal, Report, Source
from services.intake.messages.open311 import ServiceRequest
from shared.masking import mask

KIND = "open311"
DATATYPES = {  # Chinese, English
    "string": ("一行文字", "one line of text"),
    "number": ("数字", "a number"),
    "datetime": ("日期时间（ISO 8601）", "date and time (ISO 8601)"),
    "text": ("文字，可换行", "text"),
    "singlevaluelist": ("单选", "one of the values"),
    "multivaluelist": ("多选", "any of the values"),
}
_SCHEMA = ServiceRequest()
_ATTRIBUTE = re.compile(r"attribute\[([^\[\]]{1,100})\](?:\[\d*\])?")


def data_of(form: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """The fields of a form, by their Open311 names; an empty one is an absent one, attributes are gathered."""
    given = {name: kept for name, values in form.items() if (kept := [value for value in values if value.strip()])}
    data: dict[str, Any] = {"attribute": {}}
    for name, values in given.items():
        if attribute := _ATTRIBUTE.fullmatch(name):
            data["attribute"].setdefault(attribute[1], []).extend(values)
        else:
            data[name] = values if name == "media_url" else values[0]
    return data


def read(data: dict[str, Any], source: Source, reference: str, publisher: str | None = None) -> Report | Refusal:
    """The report of a service request: a form as `data_of` gives it, or the same as JSON, and an `external_id`."""
    try:
        values = _SCHEMA.load(data)
    except ValidationError as error:
        return Refusal(source.name, generic.known_id(data), reference, generic.reasons_of(error))
    if reason := _place_missing(values):
        return Refusal(source.name, values["external_id"], reference, [reason])
    return Report(
        source=source.name,
        external_id=values["external_id"],
        category=values["service_code"],
        kind=None,
        level=None,
        title="",
        description=values["description"] or values["service_name"],
        place_text=values["address_string"],
        lon=values["long"],
        lat=values["lat"],
        reported_at=values["reported_at"],
        reporter=_reporter(values),
        media=values["media"] + values["media_url"],
        grid_code=values["address_id"],
        answers=values["attribute"],
    )


def _place_missing(values: dict[str, Any]) -> Reason | None:
    if values["lat"] is not None and values["long"] is not None:
        return None
    if values["lat"] is not None or values["long"] is not None:
        return Reason("lat", "only one of lat and long is there", "send both, WGS84 degrees, or neither")
    if values["address_string"] or values["address_id"]:
        return None
    return Reason("lat", "there is no place", "send lat and long, or address_string, or address_id (code of a grid)")


def _reporter(values: dict[str, Any]) -> dict[str, Any]:
    """Empty for an anonymous request. A Chinese name begins with the family."""
    first, last = values["first_name"], values["last_name"]
    name = f"{first} {last}".strip() if (first + last).isascii() else last + first
    personal = {"name": name} | {key: values[key] for key in ("phone", "email", "device_id", "account_id")}
    return {key: value for key, value in personal.items() if value}


def write(feedback: dict[str, Any], source: Source) -> dict[str, Any]:
    """The `request_update` of a feedback; the client takes the status from it, in upper case."""
    return m.present(
        update_id=feedback.get("feedback_id"),
        service_request_id=feedback.get("number"),
        status=(feedback.get("open311_status") or OPEN311.get(str(feedback.get("state")), "open")).upper(),
        description=mask(m.why_refused(feedback) or feedback.get("text_zh") or ""),
    )


def request_update(row: dict[str, Any], language: str) -> dict[str, Any]:
    """What a client that asks for updates gets: the same, with its time, in the client's language."""
    body = row["body"]
    said = body | {"feedback_id": row["feedback_id"], "text_zh": body[f"text_{language}"]}
    update = write(said, Source(row["source"], KIND, False, (), False))
    return update | {"updated_datetime": row["said_at"], "media_url": None}


def service(row: dict[str, Any], language: str, batch: bool) -> dict[str, Any]:
    """A category as a service. Its group is the unit that is responsible."""
    name, unit = row[f"name_{language}"], _unit(row["platform"], language)
    return {
        "service_code": row["code"],
        "service_name": name,
        "description": f"{name}，由{unit}办理。" if language == "zh" else f"{name}; handled by {unit}.",
        "metadata": bool(row["questions"]),
        "type": "batch" if batch else "realtime",
        "keywords": ", ".join(row["keywords"]),
        "group": unit,
    }


def service_definition(row: dict[str, Any], language: str) -> dict[str, Any]:
    """The extra questions of a category as attributes."""
    attributes = [_attribute(question, order, language) for order, question in enumerate(row["questions"] or [], 1)]
    return {"service_code": row["code"], "attributes": attributes}


def _attribute(question: dict[str, Any], order: int, language: str) -> dict[str, Any]:
    return {
        "variable": True,
        "code": question["code"],
        "datatype": question["datatype"],
        "required": bool(question.get("required")),
        "datatype_description": DATATYPES[question["datatype"]][language == "en"],
        "order": order,
        "description": question[f"text_{language}"],
        "values": [
            {"key": value["key"], "name": value.get(language) or value["key"]} for value in question.get("values") or []
        ],
    }


def service_request(row: dict[str, Any], language: str, extended: bool) -> dict[str, Any]:
    """A case as everybody may see it: nothing of its reporter, text masked, only media that are public already."""
    links = [media for media in row["media"] if media.startswith(("https://", "http://"))]
    request = {
        "service_request_id": row["number"],
        "status": open311.status(row["state"]),
        "status_notes": _notes(row, language),
        "service_name": row[f"name_{language}"],
        "service_code": row["category"],
        "description": row["description"],
        "agency_responsible": _unit(row["platform"], language),
        "service_notice": None,
        "requested_datetime": row["requested_at"],
        "updated_datetime": row["updated_at"],
        "expected_datetime": None,  # the limit is known to dispatch only
        "address": row["place_text"],
        "address_id": row["grid_code"],
        "zipcode": None,
        "lat": None if row["lat"] is None else round(row["lat"], 6),
        "long": None if row["lon"] is None else round(row["lon"], 6),
        "media_url": links[0] if links else None,
    }
    if extended:
        detailed = open311.detailed_status(row["state"], row["solved"])
        request["extended_attributes"] = {"title": row["title"], "detailed_status": detailed, "media_urls": links}
    return request


def _notes(row: dict[str, Any], language: str) -> str:
    if row["state"] not in steps.TEXTS:
        return ""
    return mask(steps.body(row["state"], row["number"], row["round"], row["refusal"] or "")[f"text_{language}"])


def _unit(platform: str | None, language: str) -> str:
    names = open311.UNITS.get(platform or "", ("", ""))
    return names[language == "en"]
