"""What members send: unknown fields are refused."""

from __future__ import annotations

from marshmallow import RAISE, Schema, fields, validate


class CatchUp(Schema):
    """The data of the action `catch_up`: the number of the last notice that the member has seen."""

    class Meta:
        unknown = RAISE

    after = fields.Integer(required=True, strict=True, validate=validate.Range(min=0, max=2**62))
