"""What notify hears of work orders: its own copies, with only the fields that it reads."""

from __future__ import annotations

from marshmallow import fields

from shared.messaging.message import Message


class _Work(Message):
    number = fields.String(required=True)
    order_id = fields.String(required=True)
    round = fields.Integer(required=True)
    version = fields.Integer(required=True)
    member_id = fields.String(required=True)
    title = fields.String(required=True)
    place_text = fields.String(required=True)
    level = fields.String(required=True)
    category = fields.String(required=True)
    due_at = fields.String(allow_none=True, load_default=None)


class WorkAssigned(_Work):
    TYPE = "dispatch.work_assigned.v1"
    ack_due_at = fields.String(allow_none=True, load_default=None)
    why = fields.String(required=True)
    settled = fields.Boolean(required=True)
    from_member_id = fields.String(allow_none=True, load_default=None)


class WorkPooled(Message):
    TYPE = "dispatch.work_pooled.v1"
    number = fields.String(required=True)
    order_id = fields.String(required=True)
    round = fields.Integer(required=True)
    version = fields.Integer(required=True)
    offered_to = fields.List(fields.String(), required=True)
    until = fields.String(required=True)
    title = fields.String(required=True)
    place_text = fields.String(required=True)
    level = fields.String(required=True)
    category = fields.String(required=True)
    due_at = fields.String(allow_none=True, load_default=None)


class WorkEscalated(_Work):
    TYPE = "dispatch.work_escalated.v1"
    measure = fields.String(required=True)
    why = fields.String(required=True)
    from_member_id = fields.String(required=True)
    to_member_id = fields.String(required=True)
    copy_to_member_id = fields.String(allow_none=True, load_default=None)
    role = fields.String(allow_none=True, load_default=None)
    nth = fields.Integer(allow_none=True, load_default=None)
    unit = fields.String(allow_none=True, load_default=None)
    points = fields.Float(allow_none=True, load_default=None)


class WorkSupervised(_Work):
    TYPE = "dispatch.work_supervised.v1"
    measure = fields.String(required=True)
    why = fields.String(required=True)
    to_member_id = fields.String(required=True)
    copy_to_member_id = fields.String(allow_none=True, load_default=None)
    unit = fields.String(required=True)
    points = fields.Float(required=True)


class InterviewRecorded(Message):
    TYPE = "dispatch.interview_recorded.v1"
    number = fields.String(required=True)
    order_id = fields.String(required=True)
    round = fields.Integer(required=True)
    title = fields.String(required=True)
    member_id = fields.String(required=True)
    state = fields.String(required=True)
    held_on = fields.String(allow_none=True, load_default=None)
    note = fields.String(required=True)


class WorkResolved(_Work):
    TYPE = "dispatch.work_resolved.v1"
    checker_id = fields.String(required=True)
    note = fields.String(required=True)


class WorkSentBack(_Work):
    TYPE = "dispatch.work_sent_back.v1"
    note = fields.String(required=True)


class WorkVerified(_Work):
    TYPE = "dispatch.work_verified.v1"


class WorkCorrected(_Work):
    TYPE = "dispatch.work_corrected.v1"
    why = fields.String(required=True)
    moved = fields.Boolean(required=True)


class WorkTransferred(_Work):
    TYPE = "dispatch.work_transferred.v1"
    to_member_id = fields.String(required=True)
    reason = fields.String(required=True)


class RequestRaised(_Work):
    TYPE = "dispatch.request_raised.v1"
    request = fields.String(required=True)
    approver_id = fields.String(required=True)
    reason = fields.String(required=True)
    until = fields.String(required=True)


class RequestDenied(_Work):
    TYPE = "dispatch.request_denied.v1"
    why = fields.String(required=True)


class AnswerAwaited(_Work):
    TYPE = "dispatch.answer_awaited.v1"
    from_member_id = fields.String(required=True)
    to_member_id = fields.String(required=True)
    why = fields.String(required=True)


class WorkSuspended(_Work):
    TYPE = "dispatch.work_suspended.v1"
    until = fields.String(required=True)


class WorkResumed(_Work):
    TYPE = "dispatch.work_resumed.v1"
    by = fields.String(required=True)
    why = fields.String(required=True)


class WorkExtended(_Work):
    TYPE = "dispatch.work_extended.v1"


class WorkRedated(_Work):
    TYPE = "dispatch.work_redated.v1"
    why = fields.String(required=True)


class WorkCancelled(_Work):
    TYPE = "dispatch.work_cancelled.v1"
    was = fields.String(required=True)
    checker_id = fields.String(allow_none=True, load_default=None)
    why = fields.String(required=True)


class AssistAsked(_Work):
    TYPE = "dispatch.assist_asked.v1"
    assistant_id = fields.String(required=True)
    note = fields.String(required=True)
    assist_due_at = fields.String(allow_none=True, load_default=None)


class AssistDone(_Work):
    TYPE = "dispatch.assist_done.v1"
    unit = fields.String(required=True)
    note = fields.String(required=True)


class AssistReleased(_Work):
    TYPE = "dispatch.assist_released.v1"
    assistant_id = fields.String(required=True)
    why = fields.String(required=True)


class WorkWithdrawn(_Work):
    TYPE = "dispatch.work_withdrawn.v1"
    was = fields.String(required=True)
    checker_id = fields.String(allow_none=True, load_default=None)
    why = fields.String(required=True)


class WorkRerouted(_Work):
    TYPE = "dispatch.work_rerouted.v1"
    role = fields.String(required=True)
    from_member_id = fields.String(required=True)
    to_member_id = fields.String(required=True)
    why = fields.String(required=True)


class ServiceBooked(_Work):
    TYPE = "dispatch.service_booked.v1"
    place_zh = fields.String(required=True)
    place_en = fields.String(required=True)
    starts_at = fields.String(required=True)
    ends_at = fields.String(required=True)
    why = fields.String(required=True)


class ServiceUnbooked(_Work):
    TYPE = "dispatch.service_unbooked.v1"
    starts_at = fields.String(required=True)
    why = fields.String(required=True)


WORK = (
    WorkPooled,
    WorkAssigned,
    WorkEscalated,
    WorkSupervised,
    InterviewRecorded,
    WorkResolved,
    WorkSentBack,
    WorkVerified,
    WorkCorrected,
    WorkTransferred,
    RequestRaised,
    RequestDenied,
    AnswerAwaited,
    WorkSuspended,
    WorkResumed,
    WorkExtended,
    WorkRedated,
    WorkCancelled,
    AssistAsked,
    AssistDone,
    AssistReleased,
    WorkWithdrawn,
    WorkRerouted,
    ServiceBooked,
    ServiceUnbooked,
)
