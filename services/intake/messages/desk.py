"""What is sent to decide about a case. `version` in each: refuse if the case has moved on since it was looked at."""

from __future__ import annotations

from marshmallow import ValidationError, fields, validate, validates_schema

from services.intake.messages.outside import KINDS, LEVELS, Place, Strict, no_nul, text_field


class _Decision(Strict):
    version = fields.Integer(allow_none=True, load_default=None, strict=True)


def _not_blank(value: str) -> None:
    if not value.strip():
        raise ValidationError("It says nothing: say it in words.")


def _words(longest: int) -> fields.String:
    return fields.String(required=True, validate=[validate.Length(max=longest), no_nul, _not_blank])


def _choice(choices: tuple[str, ...]) -> fields.String:
    return fields.String(allow_none=True, load_default=None, validate=validate.OneOf(choices))


class Acceptance(_Decision):
    category = text_field(20, allow_none=True, load_default=None)
    level = _choice(LEVELS)
    kind = _choice(KINDS)


class Rejection(_Decision):
    reason_code = fields.String(
        required=True,
        validate=validate.OneOf(("not_our_matter", "in_court", "repeated", "no_matter", "other_authority")),
    )
    reason = text_field(1000, required=True)


class Question(_Decision):
    question = _words(1000)


class Information(_Decision):
    text = _words(4000)


class Correction(Acceptance):
    place = fields.Nested(Place, allow_none=True, load_default=None)
    reason = _words(1000)

    @validates_schema
    def says_what(self, data: dict[str, object], **kwargs: object) -> None:
        if not any(data[name] for name in ("category", "level", "kind", "place")):
            raise ValidationError("Nothing is corrected: send category, level, kind or place.", "reason")
        place = data["place"]
        if isinstance(place, dict) and (place["lon"] is None) != (place["lat"] is None):
            raise ValidationError("Only one of lon and lat is there: send both, WGS84 degrees, or neither.", "place")


class Reason(_Decision):
    """To cancel a case, to take one out of another, to appeal."""

    reason = _words(1000)


class Merging(Reason):
    into = text_field(40, required=True)


class Answer(_Decision):
    text = _words(4000)


class Confirmation(_Decision):
    """What the reporter says about a matter that was handled; `visits`: how often the reporter had to come."""

    solved = fields.String(required=True, validate=validate.OneOf(("yes", "partly", "no")))
    satisfaction = fields.String(
        load_default="unrated",
        validate=validate.OneOf(("satisfied", "mostly_satisfied", "dissatisfied", "unrated")),
    )
    visits = fields.Integer(allow_none=True, load_default=None, strict=True, validate=validate.Range(0, 99))
    note = text_field(2000, load_default="")


class Transfer(Reason):
    platform = _words(40)


class TransferAnswer(_Decision):
    outcome = fields.String(required=True, validate=validate.OneOf(("done", "back")))
    text = _words(4000)
