"""What callback hears: its own copies, with only the fields that it reads."""

from __future__ import annotations

from marshmallow import fields, validate

from services.callback.domain.satisfaction import SATISFACTION, SOLVED
from shared.messaging.message import Message


class CaseRegistered(Message):
    TYPE = "intake.case_registered.v1"
    number = fields.String(required=True)
    kind = fields.String(required=True)
    level = fields.String(required=True)
    category = fields.String(load_default="9999")
    source = fields.String(load_default="")
    anonymous = fields.Boolean(required=True)
    asks_reporter = fields.Boolean(required=True)
    reported_by = fields.String(allow_none=True, load_default=None)
    media = fields.List(fields.String(), load_default=list)
    service = fields.Raw(allow_none=True, load_default=None)


class CaseCorrected(Message):
    TYPE = "intake.case_corrected.v1"
    kind = fields.String(required=True)
    level = fields.String(required=True)
    category = fields.String(allow_none=True, load_default=None)
    registered = fields.Boolean(required=True)


class CaseMerged(Message):
    TYPE = "intake.case_merged.v1"
    number = fields.String(required=True)
    into = fields.String(required=True)
    source = fields.String(load_default="")
    anonymous = fields.Boolean(load_default=True)
    asks_reporter = fields.Boolean(load_default=False)


class ReporterAnswered(Message):
    TYPE = "intake.reporter_answered.v1"
    round = fields.Integer(required=True)
    solved = fields.String(required=True, validate=validate.OneOf(SOLVED))
    satisfaction = fields.String(required=True, validate=validate.OneOf(SATISFACTION))
    text = fields.String(load_default="")
    by = fields.String(required=True)
    answered_at = fields.String(required=True)


class PersonErased(Message):
    TYPE = "intake.person_erased.v1"


class WorkResolved(Message):
    TYPE = "dispatch.work_resolved.v1"
    round = fields.Integer(required=True)
    note = fields.String(required=True)
    evidence = fields.List(fields.String(), required=True)
    before = fields.List(fields.String(), load_default=list)


class WorkVerified(Message):
    TYPE = "dispatch.work_verified.v1"
    round = fields.Integer(required=True)
    member_id = fields.String(allow_none=True, load_default=None)
    checker_id = fields.String(allow_none=True, load_default=None)
    resolved_at = fields.String(allow_none=True, load_default=None)
    handlers = fields.List(fields.String(), load_default=list)
    unit = fields.String(allow_none=True, load_default=None)
    grid_id = fields.String(allow_none=True, load_default=None)


class WorkWithdrawn(Message):
    TYPE = "dispatch.work_withdrawn.v1"
    round = fields.Integer(required=True)
    why = fields.String(required=True)
