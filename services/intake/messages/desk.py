"""What the desk sends."""

from __future__ import annotations

from marshmallow import fields, validate

from services.intake.messages.outside import Strict, text_field


class Acceptance(Strict):
    category = text_field(20, allow_none=True, load_default=None)


class Rejection(Strict):
    reason_code = fields.String(
        required=True,
        validate=validate.OneOf(("not_our_matter", "in_court", "repeated", "no_matter", "other_authority")),
    )
    reason = text_field(1000, required=True)
