"""What intake says to the other services."""

from __future__ import annotations

from marshmallow import fields

from shared.messaging.message import Message


class _Case(Message):
    number = fields.String(required=True)
    kind = fields.String(required=True)
    level = fields.String(required=True)
    category = fields.String(required=True)
    title = fields.String(required=True)
    description = fields.String(required=True)
    place_text = fields.String(required=True)
    lon = fields.Float(allow_none=True, load_default=None)
    lat = fields.Float(allow_none=True, load_default=None)
    grid_id = fields.String(allow_none=True, load_default=None)
    desk_reason = fields.String(allow_none=True, load_default=None)
    source = fields.String(required=True)
    external_id = fields.String(required=True)
    round = fields.Integer(required=True)
    media = fields.List(fields.String(), required=True)
    anonymous = fields.Boolean(required=True)
    asks_reporter = fields.Boolean(required=True)
    reported_by = fields.String(allow_none=True, load_default=None)
    settled = fields.Dict(allow_none=True, load_default=None)
    reported_at = fields.String(required=True)


class CaseSubmitted(_Case):
    """A case waits for the desk to accept or reject it."""

    TYPE = "intake.case_submitted.v1"


class CaseRegistered(_Case):
    """A case is accepted for handling."""

    TYPE = "intake.case_registered.v1"


class CaseRejected(Message):
    """The desk has refused a case; `by` is who."""

    TYPE = "intake.case_rejected.v1"
    number = fields.String(required=True)
    reason_code = fields.String(required=True)
    reason = fields.String(required=True)
    by = fields.String(required=True)


class CaseClosed(Message):
    """A case has ended and its sources are told."""

    TYPE = "intake.case_closed.v1"
    number = fields.String(required=True)
    round = fields.Integer(required=True)
    solved = fields.String(allow_none=True, load_default=None)
    satisfaction = fields.String(required=True)
    closed_at = fields.String(required=True)


class PersonErased(Message):
    """Who reported a case has been erased, and nobody else has reported it: there is nobody to ask any more."""

    TYPE = "intake.person_erased.v1"
    number = fields.String(required=True)


class FeedbackDue(Message):
    """A source is to be told something about one of its reports; numbered per (source, external id)."""

    TYPE = "intake.feedback_due.v1"
    source = fields.String(required=True)
    external_id = fields.String(required=True)
    feedback_id = fields.String(required=True)
    feedback_number = fields.Integer(required=True)
    kind = fields.String(required=True)
    number = fields.String(allow_none=True, load_default=None)
    state = fields.String(allow_none=True, load_default=None)
    open311_status = fields.String(allow_none=True, load_default=None)
    text_zh = fields.String(required=True)
    text_en = fields.String(required=True)
    reasons = fields.List(fields.Dict(), required=True)
    reference = fields.String(allow_none=True, load_default=None)
    again = fields.Boolean(required=True)


class CategoryChanged(Message):
    """The whole record of a category, whenever it changes."""

    TYPE = "intake.category_changed.v1"
    code = fields.String(required=True)
    version = fields.Integer(required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)
    class_code = fields.String(required=True)
    platform = fields.String(required=True)
    level = fields.String(required=True)
    kind = fields.String(required=True)
    time_limit = fields.String(allow_none=True, load_default=None)
