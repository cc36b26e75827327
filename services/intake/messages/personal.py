"""What is asked of personal data: never without a reason."""

from __future__ import annotations

from marshmallow import ValidationError, fields, validate

from services.intake.messages.outside import Strict, no_nul, text_field


def _says_something(value: str) -> None:
    if not value.strip():
        raise ValidationError("Say why: it is kept with your name.")


class Reasoned(Strict):
    """Why somebody wants to see what is masked."""

    reason = fields.String(required=True, validate=[validate.Length(max=500), no_nul, _says_something])


class PersonSearch(Reasoned):
    phone = text_field(40, required=True)


class RegisterSearch(Reasoned):
    """By the reporter's telephone number, or by the address of the case; `unmask` shows names and numbers whole."""

    by = fields.String(required=True, validate=validate.OneOf(("phone", "address")))
    unmask = fields.Boolean(load_default=False)
