"""What notify hears: its own copies, with only the fields that it reads. It says nothing to other services."""

from __future__ import annotations

from marshmallow import RAISE, Schema, fields, validate

from shared.messaging.message import Message


class MemberChanged(Message):
    TYPE = "dispatch.member_changed.v1"
    member_id = fields.String(required=True)
    version = fields.Integer(required=True)
    name = fields.String(required=True)
    phone = fields.String(allow_none=True, load_default=None)
    language = fields.String(required=True)
    active = fields.Boolean(required=True)


class SourceChanged(Message):
    TYPE = "intake.source_changed.v1"
    source = fields.String(required=True)
    version = fields.Integer(required=True)
    webhook_url = fields.String(allow_none=True, load_default=None)
    webhook_secrets = fields.Raw(required=True)


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


class ActionAnswered(Message):
    TYPE = "dispatch.action_answered.v1"
    member_id = fields.String(required=True)
    command_id = fields.String(required=True)
    action = fields.String(required=True)
    accepted = fields.Boolean(required=True)
    reason = fields.String(allow_none=True, load_default=None)
    order_id = fields.String(allow_none=True, load_default=None)
    number = fields.String(allow_none=True, load_default=None)
    order_state = fields.String(allow_none=True, load_default=None)
    version = fields.Integer(allow_none=True, load_default=None)


class FeedbackDue(Message):
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
    reasons = fields.Raw(required=True)
    reference = fields.String(allow_none=True, load_default=None)
    again = fields.Boolean(required=True)
    update = fields.Raw(allow_none=True, load_default=None)


WORK = (
    WorkPooled,
    WorkAssigned,
    WorkEscalated,
    WorkResolved,
    WorkSentBack,
    WorkVerified,
    WorkCorrected,
    WorkTransferred,
    RequestRaised,
    RequestDenied,
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
)


# from members: unknown fields are refused


class CatchUp(Schema):
    """The data of the action `catch_up`: the number of the last notice that the member has seen."""

    class Meta:
        unknown = RAISE

    after = fields.Integer(required=True, strict=True, validate=validate.Range(min=0, max=2**62))


# from the desk: unknown fields are refused


class Settle(Schema):
    """What an operator knows of a delivery of which nobody else knows."""

    class Meta:
        unknown = RAISE

    outcome = fields.String(required=True, validate=validate.OneOf(["delivered", "failed", "again"]))
    reason = fields.String(required=True, validate=[validate.Length(1, 500), validate.ContainsNoneOf("\0")])
