"""What comes from members: unknown fields are refused, so that nobody believes that we have read them."""

from __future__ import annotations

from marshmallow import RAISE, Schema, ValidationError, fields, validate


def no_nul(value: str) -> None:
    if "\0" in value:
        raise ValidationError("must not hold a NUL character")


def _text(longest: int, **kwargs: object) -> fields.String:
    return fields.String(validate=[validate.Length(max=longest), no_nul], **kwargs)  # type: ignore[arg-type]


class Action(Schema):
    """What a member does (ARCHITECTURE.md, section 3): one of order_id and number says to which order."""

    class Meta:
        unknown = RAISE

    command_id = fields.String(required=True, validate=[validate.Length(min=1, max=200), no_nul])
    action = _text(40, required=True)
    order_id = fields.UUID(allow_none=True, load_default=None)
    number = _text(40, allow_none=True, load_default=None)
    version = fields.Integer(allow_none=True, load_default=None, strict=True)
    at = fields.AwareDateTime(format="iso", allow_none=True, load_default=None)
    note = _text(4000, load_default="")
    evidence = fields.List(_text(300), load_default=list, validate=validate.Length(max=20))
    reason = _text(1000, load_default="")
    passed = fields.Boolean(allow_none=True, load_default=None, truthy={True}, falsy={False})
