"""What comes by HTTP: unknown fields are refused, so that nobody believes that we have read them."""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from services.callback.domain.calls import LATER, NOT_REACHED
from services.callback.domain.cards import CARDS
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


class AnswerForm(Schema):
    """The form of the page on which a reporter answers, without a town's own questions."""

    solved = fields.String(required=True, validate=validate.OneOf(SOLVED))
    satisfaction = fields.String(validate=validate.OneOf(SATISFACTION))
    reasons = fields.List(words(30))
    text = words(2000)
    photos = fields.List(words(42))
    version = words(40)
    lang = fields.String(validate=validate.OneOf(("zh", "en")))
    via = fields.String(validate=validate.OneOf(tuple(CARDS)))


class Take(Strict):
    """How many calls a call-taker wants to have in hand."""

    count = fields.Integer(load_default=1, strict=True, validate=validate.Range(1, 50))


class NotReached(Strict):
    """A call that has brought no answer; `again_at`: when the reporter has asked to be called."""

    outcome = fields.String(required=True, validate=validate.OneOf(NOT_REACHED))
    note = words(500, load_default="")
    again_at = fields.AwareDateTime(format="iso", allow_none=True, load_default=None)

    @validates_schema
    def _is_asked_for(self, data: dict[str, Any], **_: Any) -> None:
        if data["again_at"] is not None and data["outcome"] != LATER:
            raise ValidationError(f"only for the outcome {LATER}: leave it out", "again_at")
