"""What one entry of each file of a town folder may say (format.md); `check` holds the entries against each other."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, pre_load, validate, validates_schema

from services.dispatch.domain.words import DEPARTMENTS

LEVELS = ("P1", "P2", "P3", "P4")
KINDS = ("consultation", "help", "suggestion", "complaint", "report")
TRANSITIONS = (
    "report_received",
    "report_rejected",
    "accepted",
    "dispatched",
    "appointment",
    "in_progress",
    "suspended",
    "extended",
    "resolved",
    "follow_up",
    "ask",
    "closed",
    "rejected",
    "rework",
    "awaiting_info",
    "transferred",
    "merged",
    "unmerged",
    "cancelled",
)
DATATYPES = ("string", "number", "datetime", "text", "singlevaluelist", "multivaluelist")

_NAME = validate.Regexp(r"^[a-z0-9][a-z0-9-]{1,38}$", error="is not 2 to 39 of a–z, 0–9 and -, the first no -")
_CLOCK = validate.Regexp(
    r"^([01]\d|2[0-3]):[0-5]\d$", error='is not a time of day; write it in quotes, for example "08:30"'
)
_DURATION = validate.Regexp(
    r"^[1-9]\d* (second|minute|emergency_hour|working_hour|working_day|day)$",
    error="is not a duration; write for example 4 working_hour",
)
_TEXT = validate.Length(min=1)


def _one_of(choices: tuple[str, ...], **kwargs: Any) -> fields.String:
    return fields.String(validate=validate.OneOf(choices), **{"required": True, **kwargs})


def _text(*checks: Any, **kwargs: Any) -> fields.String:
    return fields.String(validate=[_TEXT, *checks], **{"required": True, **kwargs})


class Class(Schema):
    code = _text()
    name_zh = _text()
    name_en = _text()


class _Value(Schema):
    key = _text()
    zh = _text()
    en = _text()


class _Question(Schema):
    code = _text(validate.Regexp(r"^[a-z][a-z0-9_]{0,39}$", error="is not 1 to 40 of a–z, 0–9 and _, a letter first"))
    datatype = _one_of(DATATYPES)
    required = fields.Boolean(required=True, truthy={True}, falsy={False})
    text_zh = _text()
    text_en = _text()
    values = fields.List(fields.Nested(_Value), validate=_TEXT)

    @validates_schema
    def _lists_have_values(self, data: dict[str, Any], **_: Any) -> None:
        if data["datatype"].endswith("valuelist") != ("values" in data):
            raise ValidationError("a list has values, and nothing else has", "values")


class Category(Class):
    class_ = fields.String(required=True, data_key="class")
    platform = _one_of(DEPARTMENTS)
    level = _one_of(LEVELS)
    kind = _one_of(KINDS)
    limit = _text(_DURATION, required=False)
    keywords = fields.List(_text(), required=True)
    questions = fields.List(fields.Nested(_Question))


def _degrees(most: int) -> fields.Float:
    return fields.Float(allow_nan=False, validate=validate.Range(-most, most), required=True, allow_none=True)


class _Placed(Schema):
    """Empty cells are nothing."""

    name = _text()
    lon = _degrees(180)
    lat = _degrees(90)
    grid_id = fields.String(required=True, allow_none=True)

    @pre_load
    def _empty_is_nothing(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {key: value or None for key, value in data.items()}


class Camera(_Placed):
    camera_id = _text(validate.Length(max=50))
    lon = fields.Float(allow_nan=False, validate=validate.Range(-180, 180), required=True)
    lat = fields.Float(allow_nan=False, validate=validate.Range(-90, 90), required=True)


class Name(_Placed):
    aliases = fields.String(required=True, allow_none=True)
    kind = _one_of(("village", "road", "landmark"))

    @validates_schema
    def _is_somewhere(self, data: dict[str, Any], **_: Any) -> None:
        if (data["lon"] is None) != (data["lat"] is None) or (data["lon"] is None and not data["grid_id"]):
            raise ValidationError("a name needs lon and lat, or a grid_id", "lon")


class Source(Schema):
    name = _text(_NAME)
    kind = _text()
    name_zh = _text()
    name_en = _text()
    auto_accept = fields.Boolean(required=True, truthy={True}, falsy={False})
    asks_reporter = fields.Boolean(required=True, truthy={True}, falsy={False})
    feedback = fields.List(_one_of(TRANSITIONS), required=True)
    settings = fields.Dict(keys=fields.String())


class _Hours(Schema):
    from_ = _text(_CLOCK, data_key="from")
    to = _text(_CLOCK)


class Calendar(Schema):
    time_zone = _text()
    working_weekdays = fields.List(fields.Integer(strict=True, validate=validate.Range(1, 7)), required=True)
    working_hours = fields.List(fields.Nested(_Hours), required=True, validate=_TEXT)
    known_until = fields.Raw(required=True)
    holidays = fields.List(fields.Raw(), required=True)
    working_days = fields.List(fields.Raw(), required=True)


class _Dispatch(Schema):
    limits = fields.Raw(required=True)  # dispatch says itself what is wrong in these
    ladder = fields.Raw(required=True)
    quiet_hours = fields.Raw()
    supervision = fields.Raw()
    evidence = fields.Raw()
    extension = fields.Raw()
    transfers = fields.Raw()
    awaited = fields.Raw()
    scores = fields.Raw()
    projects = fields.Raw()
    assignment = fields.Raw()


class Rules(Schema):
    name = _text()
    dispatch = fields.Nested(_Dispatch, required=True)
    callback = fields.Raw(required=True)  # callback says itself what is wrong in it
    intake = fields.Raw()  # intake says itself what is wrong in it
    notify = fields.Raw()  # notify likewise


class Report(Schema):
    source = _text()
    expect = _one_of(("case", "refused"))
    number = _text(required=False)
    member = fields.String()
    data = fields.Dict(required=True)
