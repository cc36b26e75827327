"""What comes from members: unknown fields are refused, so that nobody believes that we have read them."""

from __future__ import annotations

from marshmallow import RAISE, Schema, ValidationError, fields, validate


def _no_nul(value: str) -> None:
    if "\0" in value:
        raise ValidationError("must not hold a NUL character")


def _text(longest: int, **kwargs: object) -> fields.String:
    return fields.String(validate=[validate.Length(max=longest), _no_nul], **kwargs)  # type: ignore[arg-type]


class ByHand(Schema):
    """Who is to have an order, and why; with `version`, only while the order has not moved on."""

    class Meta:
        unknown = RAISE

    member_id = _text(40, required=True)
    reason = fields.String(required=True, validate=[validate.Length(min=1, max=500), _no_nul])
    version = fields.Integer(allow_none=True, load_default=None, strict=True)


class Action(Schema):
    """What a member does (ARCHITECTURE.md, section 3): one of order_id and number says to which order."""

    class Meta:
        unknown = RAISE

    command_id = fields.String(required=True, validate=[validate.Length(min=1, max=200), _no_nul])
    action = _text(40, required=True)
    order_id = fields.UUID(allow_none=True, load_default=None)
    number = _text(40, allow_none=True, load_default=None)
    version = fields.Integer(allow_none=True, load_default=None, strict=True)
    at = fields.AwareDateTime(format="iso", allow_none=True, load_default=None)
    note = _text(4000, load_default="")
    evidence = fields.List(_text(300), load_default=list, validate=validate.Length(max=20))
    reason = _text(1000, load_default="")
    passed = fields.Boolean(allow_none=True, load_default=None, truthy={True}, falsy={False})
