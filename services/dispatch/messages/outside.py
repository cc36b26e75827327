"""What comes from members: unknown fields are refused, so that nobody believes that we have read them."""

from __future__ import annotations

from marshmallow import RAISE, Schema, ValidationError, fields, validate


def no_nul(value: str) -> None:
    if "\0" in value:
        raise ValidationError("must not hold a NUL character")


def text(longest: int, **kwargs: object) -> fields.String:
    """Of so many characters at most, none of them NUL."""
    return fields.String(validate=[validate.Length(max=longest), no_nul], **kwargs)  # type: ignore[arg-type]


def _degrees(most: int) -> fields.Float:
    return fields.Float(required=True, allow_nan=False, validate=validate.Range(-most, most))


class Position(Schema):
    """Where a member is; degrees, WGS84."""

    class Meta:
        unknown = RAISE

    lon = _degrees(180)
    lat = _degrees(90)


class ByHand(Schema):
    """Who is to have an order, and why; with `version`, only while the order has not moved on."""

    class Meta:
        unknown = RAISE

    member_id = text(40, required=True)
    reason = fields.String(required=True, validate=[validate.Length(min=1, max=500), no_nul])
    version = fields.Integer(allow_none=True, load_default=None, strict=True)


class Action(Schema):
    """What a member does (ARCHITECTURE.md, section 3): one of order_id and number says to which order."""

    class Meta:
        unknown = RAISE

    command_id = fields.String(required=True, validate=[validate.Length(min=1, max=200), no_nul])
    action = text(40, required=True)
    order_id = fields.UUID(allow_none=True, load_default=None)
    number = text(40, allow_none=True, load_default=None)
    version = fields.Integer(allow_none=True, load_default=None, strict=True)
    at = fields.AwareDateTime(format="iso", allow_none=True, load_default=None)
    note = text(4000, load_default="")
    evidence = fields.List(text(300), load_default=list, validate=validate.Length(max=20))
    reason = text(1000, load_default="")
    passed = fields.Boolean(allow_none=True, load_default=None, truthy={True}, falsy={False})
    before = fields.List(text(300), load_default=list, validate=validate.Length(max=20))
    position = fields.Nested(Position, allow_none=True, load_default=None)
    to = text(40, load_default="")
    until = fields.AwareDateTime(format="iso", allow_none=True, load_default=None)


class Batch(Schema):
    """What a member did while offline."""

    class Meta:
        unknown = RAISE

    actions = fields.List(fields.Nested(Action), required=True, validate=validate.Length(min=1, max=200))
