"""What members and the desk send: unknown fields are refused."""

from __future__ import annotations

from typing import Any

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


def _word(most: int = 100, **more: Any) -> fields.String:
    return fields.String(validate=[validate.Length(1, most), validate.ContainsNoneOf("\0")], **more)


class Silence(Schema):
    """What is not to be heard for a while, and why. All that it names must hold; of P1 only what names the case."""

    class Meta:
        unknown = RAISE

    kinds = fields.List(_word(), validate=validate.Length(1, 50))
    levels = fields.List(
        fields.String(validate=validate.OneOf(["P1", "P2", "P3", "P4"])), validate=validate.Length(1, 4)
    )
    category = _word()
    area = _word()
    number = _word()
    receiver = _word()
    starts_at = fields.AwareDateTime(format="iso")
    ends_at = fields.AwareDateTime(format="iso", required=True)
    reason = _word(500, required=True)


class EndSilence(Schema):
    """Nothing needs to be said."""

    class Meta:
        unknown = RAISE
