"""What members and the desk send: unknown fields are refused."""

from __future__ import annotations

from marshmallow import RAISE, Schema, fields, validate

_NUMBER = validate.Range(min=0, max=2**62)


class CatchUp(Schema):
    """The data of the action `catch_up`: what comes after this notice is missing. Where the client has more than its
    member has read, `seen` is the number of the last one that was read; without it, everything up to `after` was."""

    class Meta:
        unknown = RAISE

    after = fields.Integer(required=True, strict=True, validate=_NUMBER)
    seen = fields.Integer(strict=True, validate=_NUMBER)


class Read(Schema):
    """The data of the action `read`: the member has read every notice up to this number."""

    class Meta:
        unknown = RAISE

    upto = fields.Integer(required=True, strict=True, validate=_NUMBER)


class Settle(Schema):
    """What an operator knows of a delivery of which nobody else knows."""

    class Meta:
        unknown = RAISE

    outcome = fields.String(required=True, validate=validate.OneOf(["delivered", "failed", "again"]))
    reason = fields.String(required=True, validate=[validate.Length(1, 500), validate.ContainsNoneOf("\0")])
