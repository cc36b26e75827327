"""What callback hears and says. Heard messages are callback's own copies, with only the fields that it reads."""

from __future__ import annotations

from marshmallow import RAISE, Schema, fields, validate

from services.callback.domain.satisfaction import SATISFACTION, SOLVED
from shared.messaging.message import Message

# said


class FollowUpPlanned(Message):
    """The reporter of a case is going to be asked, from `due_at` on."""

    TYPE = "callback.follow_up_planned.v1"
    number = fields.String(required=True)
    round = fields.Integer(required=True)
    follow_up_id = fields.String(required=True)
    due_at = fields.String(required=True)
    why = fields.String(required=True)


class CaseAnswered(Message):
    """The question is settled: answered, waived (nobody is asked) or expired (nobody has answered)."""

    TYPE = "callback.case_answered.v1"
    number = fields.String(required=True)
    round = fields.Integer(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf(("answered", "waived", "expired")))
    solved = fields.String(allow_none=True, load_default=None, validate=validate.OneOf(SOLVED))
    satisfaction = fields.String(required=True, validate=validate.OneOf(SATISFACTION))
    text = fields.String(allow_none=True, load_default=None)
    why = fields.String(required=True)


class ReworkAsked(Message):
    """The reporter is not content: the case is to be handled again; `round` is the new one."""

    TYPE = "callback.rework_asked.v1"
    number = fields.String(required=True)
    round = fields.Integer(required=True)
    solved = fields.String(required=True, validate=validate.OneOf(SOLVED))
    satisfaction = fields.String(required=True, validate=validate.OneOf(SATISFACTION))
    text = fields.String(allow_none=True, load_default=None)
    why = fields.String(required=True)


# heard


class CaseRegistered(Message):
    TYPE = "intake.case_registered.v1"
    number = fields.String(required=True)
    kind = fields.String(required=True)
    level = fields.String(required=True)
    anonymous = fields.Boolean(required=True)
    asks_reporter = fields.Boolean(required=True)
    reported_by = fields.String(allow_none=True, load_default=None)
    service = fields.Raw(allow_none=True, load_default=None)


class ReporterAnswered(Message):
    TYPE = "intake.reporter_answered.v1"
    round = fields.Integer(required=True)
    solved = fields.String(required=True, validate=validate.OneOf(SOLVED))
    satisfaction = fields.String(required=True, validate=validate.OneOf(SATISFACTION))
    text = fields.String(load_default="")
    by = fields.String(required=True)
    answered_at = fields.String(required=True)


class CaseCorrected(Message):
    TYPE = "intake.case_corrected.v1"
    kind = fields.String(required=True)
    level = fields.String(required=True)
    registered = fields.Boolean(required=True)


class PersonErased(Message):
    TYPE = "intake.person_erased.v1"


class WorkVerified(Message):
    TYPE = "dispatch.work_verified.v1"
    round = fields.Integer(required=True)
    resolved_at = fields.String(allow_none=True, load_default=None)


class WorkWithdrawn(Message):
    TYPE = "dispatch.work_withdrawn.v1"
    round = fields.Integer(required=True)
    why = fields.String(required=True)


# from outside: unknown fields are refused


class _Strict(Schema):
    class Meta:
        unknown = RAISE


def _no_nul(text: str) -> None:
    if "\0" in text:
        raise validate.ValidationError("there is a NUL character in it")


class Answer(_Strict):
    """What the reporter has said."""

    solved = fields.String(required=True, validate=validate.OneOf(SOLVED))
    satisfaction = fields.String(required=True, validate=validate.OneOf(SATISFACTION))
    text = fields.String(load_default="", validate=[validate.Length(max=2000), _no_nul])


class Attempt(_Strict):
    """A call that has brought no answer."""

    reached = fields.Boolean(required=True)
    note = fields.String(load_default="", validate=[validate.Length(max=500), _no_nul])
