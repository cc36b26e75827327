"""What comes by HTTP: unknown fields are refused, so that nobody believes that we have read them."""

from __future__ import annotations

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from services.callback.domain.satisfaction import SATISFACTION, SOLVED


def no_nul(value: str) -> None:
    if "\0" in value:
        raise ValidationError("there is a NUL character in it")


def words(longest: int, **kwargs: object) -> fields.String:
    """Of so many characters at most, none of them NUL."""
    return fields.String(validate=[validate.Length(max=longest), no_nul], **kwargs)  # type: ignore[arg-type]


class Strict(Schema):
    class Meta:
        unknown = RAISE


class Answer(Strict):
    """What the reporter has said: to the two questions that everybody answers, why, and to a town's own questions
    (question → value). `report`: the number under which this reporter knows the matter, if it is not the first who
    reported it. `unreasonable`: why the demand of somebody dissatisfied is; a second person has to think so too."""

    solved = fields.String(required=True, validate=validate.OneOf(SOLVED))
    satisfaction = fields.String(required=True, validate=validate.OneOf(SATISFACTION))
    text = words(2000, load_default="")
    reasons = fields.List(words(30), load_default=list, validate=validate.Length(max=30))
    more = fields.Dict(keys=words(30), values=words(30), load_default=dict, validate=validate.Length(max=30))
    report = words(40, allow_none=True, load_default=None)
    version = words(40, allow_none=True, load_default=None)
    unreasonable = words(500, load_default="")


class Look(Strict):
    """What one of the desk says of a dissatisfied reporter's demand."""

    reasonable = fields.Boolean(required=True, truthy={True}, falsy={False})
    reason = fields.String(required=True, validate=[validate.Length(min=1, max=500), no_nul])


class Objection(Strict):
    """The reporter who knows the matter as `number` does not agree with how it has ended."""

    number = fields.String(required=True, validate=[validate.Length(min=1, max=40), no_nul])
    text = words(2000, load_default="")


class Reask(Strict):
    """So many answers of a month are to be asked for again; `marked`: only those that are striking."""

    month = fields.String(required=True, validate=validate.Regexp(r"^20\d\d-(0[1-9]|1[0-2])$"))
    number = fields.Integer(required=True, strict=True, validate=validate.Range(1, 500))
    unit = words(40, allow_none=True, load_default=None)
    marked = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    reason = fields.String(required=True, validate=[validate.Length(min=1, max=500), no_nul])


class SecondAnswer(Strict):
    """What the reporter says when asked again."""

    solved = fields.String(required=True, validate=validate.OneOf(SOLVED))
    satisfaction = fields.String(required=True, validate=validate.OneOf(SATISFACTION))
    text = words(2000, load_default="")
    reasons = fields.List(words(30), load_default=list, validate=validate.Length(max=30))
    more = fields.Dict(keys=words(30), values=words(30), load_default=dict, validate=validate.Length(max=30))


class Attempt(Strict):
    """A call that has brought no answer."""

    reached = fields.Boolean(required=True)
    note = words(500, load_default="")
