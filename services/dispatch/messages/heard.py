"""What dispatch hears: its own copies, with only the fields that it reads."""

from __future__ import annotations

from marshmallow import fields

from shared.messaging.message import Message


class CaseRegistered(Message):
    TYPE = "intake.case_registered.v1"
    number = fields.String(required=True)
    kind = fields.String(required=True)
    level = fields.String(required=True)
    category = fields.String(required=True)
    title = fields.String(required=True)
    place_text = fields.String(required=True)
    lon = fields.Float(allow_none=True, load_default=None)
    lat = fields.Float(allow_none=True, load_default=None)
    grid_id = fields.String(allow_none=True, load_default=None)
    desk_reason = fields.String(allow_none=True, load_default=None)
    round = fields.Integer(required=True)
    source = fields.String(required=True)
    reported_by = fields.String(allow_none=True, load_default=None)
    settled = fields.Raw(allow_none=True, load_default=None)
    service = fields.Raw(allow_none=True, load_default=None)


class _Decided(Message):
    number = fields.String(required=True)
    round = fields.Integer(required=True)
    registered = fields.Boolean(load_default=True)


class CaseClosed(_Decided):
    TYPE = "intake.case_closed.v1"
    solved = fields.String(allow_none=True, load_default=None)
    satisfaction = fields.String(required=True)
    counts = fields.Boolean(load_default=True)


class CaseMerged(_Decided):
    TYPE = "intake.case_merged.v1"


class CaseTransferred(_Decided):
    TYPE = "intake.case_transferred.v1"


class CaseCancelled(_Decided):
    TYPE = "intake.case_cancelled.v1"


CASE_ENDED = (CaseClosed, CaseMerged, CaseTransferred, CaseCancelled)


class CaseCorrected(_Decided):
    TYPE = "intake.case_corrected.v1"
    level = fields.String(required=True)
    kind = fields.String(required=True)
    category = fields.String(required=True)
    title = fields.String(required=True)
    place_text = fields.String(required=True)
    lon = fields.Float(allow_none=True, load_default=None)
    lat = fields.Float(allow_none=True, load_default=None)
    grid_id = fields.String(allow_none=True, load_default=None)
    desk_reason = fields.String(allow_none=True, load_default=None)
    why = fields.String(required=True)


class ReworkAsked(Message):
    TYPE = "callback.rework_asked.v1"
    number = fields.String(required=True)
    round = fields.Integer(required=True)
    solved = fields.String(required=True)
    satisfaction = fields.String(required=True)
    text = fields.String(allow_none=True, load_default=None)
    reasons_text = fields.String(allow_none=True, load_default=None)
    to = fields.String(load_default="unit")
    counts = fields.Boolean(load_default=True)


class ReporterAnswered(Message):
    TYPE = "intake.reporter_answered.v1"
    number = fields.String(required=True)
    solved = fields.String(required=True)
    visits = fields.Integer(allow_none=True, load_default=None)


class CategoryChanged(Message):
    TYPE = "intake.category_changed.v1"
    code = fields.String(required=True)
    version = fields.Integer(required=True)
    platform = fields.String(allow_none=True, load_default=None)
    time_limit = fields.String(allow_none=True, load_default=None)
