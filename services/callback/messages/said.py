"""What callback says."""

from __future__ import annotations

from marshmallow import fields, validate

from services.callback.domain.satisfaction import SATISFACTION, SOLVED
from shared.messaging.message import Message


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
