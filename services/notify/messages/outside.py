"""What members and the desk send: unknown fields are refused."""

from __future__ import annotations

from marshmallow import RAISE, Schema, fields, validate


class CatchUp(Schema):
    """The data of the action `catch_up`: the number of the last notice that the member has seen."""

    class Meta:
        unknown = RAISE

    after = fields.Integer(required=True, strict=True, validate=validate.Range(min=0, max=2**62))


class Settle(Schema):
    """What an operator knows of a delivery of which nobody else knows."""

    class Meta:
        unknown = RAISE

    outcome = fields.String(required=True, validate=validate.OneOf(["delivered", "failed", "again"]))
    reason = fields.String(required=True, validate=[validate.Length(1, 500), validate.ContainsNoneOf("\0")])
