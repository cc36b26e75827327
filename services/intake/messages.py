"""What intake hears and says. Heard messages are intake's own copies, with only the fields that it reads."""

from __future__ import annotations

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from shared.messaging.message import Message

KINDS = ("consultation", "help", "suggestion", "complaint", "report")
LEVELS = ("P1", "P2", "P3", "P4")


# said


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
    contact = fields.String(allow_none=True, load_default=None)
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


# heard


class GridChanged(Message):
    TYPE = "dispatch.grid_changed.v1"
    grid_id = fields.String(required=True)
    version = fields.Integer(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)
    level = fields.String(required=True)
    parent_id = fields.String(allow_none=True, load_default=None)
    geometry = fields.Raw(allow_none=True, load_default=None)
    area = fields.Float(required=True)


class MemberChanged(Message):
    TYPE = "dispatch.member_changed.v1"
    member_id = fields.String(required=True)
    version = fields.Integer(required=True)
    active = fields.Boolean(required=True)


class _Work(Message):
    number = fields.String(required=True)
    round = fields.Integer(required=True)
    member_id = fields.String(allow_none=True, load_default=None)
    note = fields.String(allow_none=True, load_default=None)


class WorkAssigned(_Work):
    TYPE = "dispatch.work_assigned.v1"


class WorkAcknowledged(_Work):
    TYPE = "dispatch.work_acknowledged.v1"


class WorkProgressed(_Work):
    TYPE = "dispatch.work_progressed.v1"


class WorkReturned(_Work):
    TYPE = "dispatch.work_returned.v1"
    reason = fields.String(required=True)


class WorkEscalated(_Work):
    TYPE = "dispatch.work_escalated.v1"
    why = fields.String(required=True)


class WorkResolved(_Work):
    TYPE = "dispatch.work_resolved.v1"


class WorkSentBack(_Work):
    TYPE = "dispatch.work_sent_back.v1"


class WorkVerified(_Work):
    TYPE = "dispatch.work_verified.v1"


class FollowUpPlanned(_Work):
    TYPE = "callback.follow_up_planned.v1"


class CaseAnswered(_Work):
    TYPE = "callback.case_answered.v1"
    outcome = fields.String(required=True)
    solved = fields.String(allow_none=True, load_default=None)
    satisfaction = fields.String(required=True)
    why = fields.String(required=True)


class ReworkAsked(_Work):
    TYPE = "callback.rework_asked.v1"
    solved = fields.String(allow_none=True, load_default=None)
    satisfaction = fields.String(required=True)


PROGRESS = (
    WorkAssigned,
    WorkAcknowledged,
    WorkProgressed,
    WorkReturned,
    WorkEscalated,
    WorkResolved,
    WorkSentBack,
    WorkVerified,
    FollowUpPlanned,
    CaseAnswered,
    ReworkAsked,
)


# from outside: unknown fields are refused, so that nobody believes that we have read them


class _Strict(Schema):
    class Meta:
        unknown = RAISE


def _no_nul(value: str) -> None:
    if "\0" in value:
        raise ValidationError("There is a NUL character in it: send plain text.")


def _text(longest: int, **kwargs: object) -> fields.String:
    return fields.String(validate=[validate.Length(max=longest), _no_nul], **kwargs)  # type: ignore[arg-type]


class Place(_Strict):
    text = _text(500, load_default="")
    lon = fields.Float(allow_none=True, load_default=None, allow_nan=False, validate=validate.Range(-180, 180))
    lat = fields.Float(allow_none=True, load_default=None, allow_nan=False, validate=validate.Range(-90, 90))


class Reporter(_Strict):
    name = _text(100, load_default="")
    phone = _text(40, load_default="")
    anonymous = fields.Boolean(load_default=False)


class Settled(_Strict):
    note = _text(4000, required=True)
    evidence = fields.List(_text(300), load_default=list, validate=validate.Length(max=20))


class Report(_Strict):
    """One report, as an upstream platform or a member sends it (ARCHITECTURE.md, section 3)."""

    external_id = _text(200, required=True)
    category = _text(20, load_default="")
    kind = fields.String(allow_none=True, load_default=None, validate=validate.OneOf(KINDS))
    level = fields.String(allow_none=True, load_default=None, validate=validate.OneOf(LEVELS))
    title = _text(200, load_default="")
    description = _text(4000, load_default="")
    place = fields.Nested(Place, load_default=dict)
    reported_at = fields.AwareDateTime(format="iso", allow_none=True, load_default=None)
    reporter = fields.Nested(Reporter, load_default=dict)
    media = fields.List(_text(300), load_default=list, validate=validate.Length(max=20))
    settled = fields.Nested(Settled, allow_none=True, load_default=None)


class Acceptance(_Strict):
    category = _text(20, allow_none=True, load_default=None)


class Rejection(_Strict):
    reason_code = fields.String(
        required=True,
        validate=validate.OneOf(("not_our_matter", "in_court", "repeated", "no_matter", "other_authority")),
    )
    reason = _text(1000, required=True)
