"""What intake hears: its own copies, with only the fields that it reads."""

from __future__ import annotations

from marshmallow import fields

from shared.messaging.message import Message


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
    reason = fields.String(allow_none=True, load_default=None)
    why = fields.String(allow_none=True, load_default=None)
    until = fields.String(allow_none=True, load_default=None)
    closed_before = fields.Boolean(load_default=False)


class WorkAssigned(_Work):
    TYPE = "dispatch.work_assigned.v1"


class WorkPooled(_Work):
    TYPE = "dispatch.work_pooled.v1"


class WorkAcknowledged(_Work):
    TYPE = "dispatch.work_acknowledged.v1"


class WorkProgressed(_Work):
    TYPE = "dispatch.work_progressed.v1"
    evidence = fields.List(fields.String(), load_default=list)


class WorkReturned(_Work):
    TYPE = "dispatch.work_returned.v1"
    reason = fields.String(required=True)


class WorkTransferred(_Work):
    TYPE = "dispatch.work_transferred.v1"


class RequestRaised(_Work):
    TYPE = "dispatch.request_raised.v1"


class RequestDenied(_Work):
    TYPE = "dispatch.request_denied.v1"


class AnswerAwaited(_Work):
    TYPE = "dispatch.answer_awaited.v1"


class WorkSuspended(_Work):
    TYPE = "dispatch.work_suspended.v1"
    until = fields.String(required=True)


class WorkResumed(_Work):
    TYPE = "dispatch.work_resumed.v1"


class WorkExtended(_Work):
    TYPE = "dispatch.work_extended.v1"
    until = fields.String(required=True)


class WorkRedated(_Work):
    TYPE = "dispatch.work_redated.v1"


class WorkCancelled(_Work):
    TYPE = "dispatch.work_cancelled.v1"
    why = fields.String(required=True)


class AssistAsked(_Work):
    TYPE = "dispatch.assist_asked.v1"


class AssistDone(_Work):
    TYPE = "dispatch.assist_done.v1"
    evidence = fields.List(fields.String(), load_default=list)


class AssistReleased(_Work):
    TYPE = "dispatch.assist_released.v1"


class WorkEscalated(_Work):
    TYPE = "dispatch.work_escalated.v1"
    why = fields.String(required=True)


class WorkSupervised(_Work):
    TYPE = "dispatch.work_supervised.v1"
    why = fields.String(required=True)


class InterviewRecorded(_Work):
    TYPE = "dispatch.interview_recorded.v1"


class WorkResolved(_Work):
    TYPE = "dispatch.work_resolved.v1"
    evidence = fields.List(fields.String(), load_default=list)


class WorkSentBack(_Work):
    TYPE = "dispatch.work_sent_back.v1"


class WorkVerified(_Work):
    TYPE = "dispatch.work_verified.v1"


class WorkCorrected(_Work):
    TYPE = "dispatch.work_corrected.v1"


class WorkWithdrawn(_Work):
    TYPE = "dispatch.work_withdrawn.v1"


class WorkRerouted(_Work):
    TYPE = "dispatch.work_rerouted.v1"


class ServiceBooked(_Work):
    TYPE = "dispatch.service_booked.v1"
    starts_at = fields.String(required=True)
    ends_at = fields.String(required=True)
    place_zh = fields.String(required=True)
    place_en = fields.String(required=True)


class ServiceUnbooked(_Work):
    TYPE = "dispatch.service_unbooked.v1"
    starts_at = fields.String(required=True)


class ServiceOffered(_Work):
    TYPE = "dispatch.service_offered.v1"
    slots = fields.List(fields.Dict(), required=True)


class FollowUpPlanned(_Work):
    TYPE = "callback.follow_up_planned.v1"


class LinkDue(_Work):
    TYPE = "callback.link_due.v1"
    closes_at = fields.String(required=True)
    links = fields.Dict(keys=fields.String(), values=fields.Dict(), required=True)


class CaseAnswered(_Work):
    TYPE = "callback.case_answered.v1"
    outcome = fields.String(required=True)
    solved = fields.String(allow_none=True, load_default=None)
    satisfaction = fields.String(required=True)
    why = fields.String(required=True)
    text = fields.String(allow_none=True, load_default=None)
    report = fields.String(allow_none=True, load_default=None)
    counts = fields.Boolean(load_default=True)


class ReworkAsked(_Work):
    TYPE = "callback.rework_asked.v1"
    solved = fields.String(allow_none=True, load_default=None)
    satisfaction = fields.String(required=True)
    text = fields.String(allow_none=True, load_default=None)
    report = fields.String(allow_none=True, load_default=None)


PROGRESS = (
    WorkPooled,
    WorkAssigned,
    WorkAcknowledged,
    WorkProgressed,
    WorkReturned,
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
    WorkEscalated,
    WorkSupervised,
    InterviewRecorded,
    WorkResolved,
    WorkSentBack,
    WorkVerified,
    WorkCorrected,
    WorkWithdrawn,
    WorkRerouted,
    ServiceBooked,
    ServiceUnbooked,
    ServiceOffered,
    FollowUpPlanned,
    LinkDue,
    CaseAnswered,
    ReworkAsked,
)
