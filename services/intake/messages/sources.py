"""What sources say about what they were told."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from services.intake.messages.outside import Strict, text_field

MOST = 5_000  # reports at once
_NUMBER = validate.Range(min=0, max=2**31 - 1)


class Known(Strict):
    external_id = text_field(200, required=True)
    feedback_number = fields.Integer(required=True, strict=True, validate=_NUMBER)


class Acknowledgement(Strict):
    """The source knows what it was told about each of these reports, up to this number."""

    known = fields.List(fields.Nested(Known), required=True, validate=validate.Length(min=1, max=MOST))


class Belief(Strict):
    external_id = text_field(200, required=True)
    feedback_number = fields.Integer(allow_none=True, load_default=None, strict=True, validate=_NUMBER)
    state = text_field(40, allow_none=True, load_default=None)

    @validates_schema
    def _one_of_both(self, data: dict[str, Any], **kwargs: object) -> None:
        if (data["feedback_number"] is None) == (data["state"] is None):
            raise ValidationError("Say either the number of the last feedback, or the state.", "feedback_number")


class Reconciliation(Strict):
    """What the source believes of each report; without `believed`, what it has acknowledged counts."""

    believed = fields.List(
        fields.Nested(Belief), allow_none=True, load_default=None, validate=validate.Length(max=MOST)
    )
    resend = fields.Boolean(load_default=False)
