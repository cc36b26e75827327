"""What comes from outside: unknown fields are refused, so that nobody believes that we have read them."""

from __future__ import annotations

from marshmallow import RAISE, Schema, ValidationError, fields, validate

KINDS = ("consultation", "help", "suggestion", "complaint", "report")
LEVELS = ("P1", "P2", "P3", "P4")


class Strict(Schema):
    class Meta:
        unknown = RAISE


def no_nul(value: str) -> None:
    if "\0" in value:
        raise ValidationError("There is a NUL character in it: send plain text.")


def text_field(longest: int, **kwargs: object) -> fields.String:
    return fields.String(validate=[validate.Length(max=longest), no_nul], **kwargs)  # type: ignore[arg-type]


class Place(Strict):
    text = text_field(500, load_default="")
    lon = fields.Float(allow_none=True, load_default=None, allow_nan=False, validate=validate.Range(-180, 180))
    lat = fields.Float(allow_none=True, load_default=None, allow_nan=False, validate=validate.Range(-90, 90))


class Reporter(Strict):
    name = text_field(100, load_default="")
    phone = text_field(40, load_default="")
    anonymous = fields.Boolean(load_default=False)


class Settled(Strict):
    note = text_field(4000, required=True)
    evidence = fields.List(text_field(300), load_default=list, validate=validate.Length(max=20))


class Report(Strict):
    """One report, as an upstream platform or a member sends it (ARCHITECTURE.md, section 3)."""

    external_id = text_field(200, required=True)
    category = text_field(20, load_default="")
    kind = fields.String(allow_none=True, load_default=None, validate=validate.OneOf(KINDS))
    level = fields.String(allow_none=True, load_default=None, validate=validate.OneOf(LEVELS))
    title = text_field(200, load_default="")
    description = text_field(4000, load_default="")
    place = fields.Nested(Place, load_default=dict)
    reported_at = fields.AwareDateTime(format="iso", allow_none=True, load_default=None)
    reporter = fields.Nested(Reporter, load_default=dict)
    media = fields.List(text_field(300), load_default=list, validate=validate.Length(max=20))
    settled = fields.Nested(Settled, allow_none=True, load_default=None)
