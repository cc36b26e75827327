"""What callback hears: its own copies, with only the fields that it reads."""

from __future__ import annotations

from marshmallow import fields

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
    handlers = fields.List(fields.String(), load_default=list)
    unit = fields.String(allow_none=True, load_default=None)
    grid_id = fields.String(allow_none=True, load_default=None)


class WorkWithdrawn(Message):
    TYPE = "dispatch.work_withdrawn.v1"
    round = fields.Integer(required=True)
    why = fields.String(required=True)
