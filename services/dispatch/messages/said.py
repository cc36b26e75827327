"""What dispatch says."""

from __future__ import annotations

from marshmallow import fields

from shared.messaging.message import Message


class _Work(Message):
    number = fields.String(required=True)
    order_id = fields.String(required=True)
    round = fields.Integer(required=True)
    version = fields.Integer(required=True)
    member_id = fields.String(required=True)
    level = fields.String(required=True)
    category = fields.String(required=True)
    title = fields.String(required=True)
    place_text = fields.String(required=True)
    grid_id = fields.String(allow_none=True, load_default=None)
    due_at = fields.String(allow_none=True, load_default=None)


class WorkAssigned(_Work):
    """A work order has a (new) handler; `why` says why it is this member, `settled` that it was done on the spot."""

    TYPE = "dispatch.work_assigned.v1"
    unit = fields.String(required=True)
    ack_due_at = fields.String(allow_none=True, load_default=None)
    why = fields.String(required=True)
    settled = fields.Boolean(required=True)


class WorkAcknowledged(_Work):
    """The handler takes it on."""

    TYPE = "dispatch.work_acknowledged.v1"


class WorkProgressed(_Work):
    """The handler says how it goes; `evidence` are references of media."""

    TYPE = "dispatch.work_progressed.v1"
    note = fields.String(required=True)
    evidence = fields.List(fields.String(), required=True)


class WorkReturned(_Work):
    """The handler gives it back; who has it next follows in work_assigned."""

    TYPE = "dispatch.work_returned.v1"
    reason = fields.String(required=True)


class WorkEscalated(_Work):
    """A step of the ladder has come; when it hands the order over, work_assigned follows.

    `from_member_id` is the handler, `to_member_id` who is to hear of it or gets the order."""

    TYPE = "dispatch.work_escalated.v1"
    step = fields.Integer(required=True)
    measure = fields.String(required=True)
    why = fields.String(required=True)
    from_member_id = fields.String(required=True)
    to_member_id = fields.String(required=True)
    supervision = fields.String(required=True)


class WorkResolved(_Work):
    """The handler says that it is done, with evidence; `checker_id` is asked to check."""

    TYPE = "dispatch.work_resolved.v1"
    checker_id = fields.String(required=True)
    note = fields.String(required=True)
    evidence = fields.List(fields.String(), required=True)


class WorkSentBack(_Work):
    """The check has failed; the same handler goes on."""

    TYPE = "dispatch.work_sent_back.v1"
    checker_id = fields.String(required=True)
    note = fields.String(required=True)


class WorkVerified(_Work):
    """Somebody else than the handler has checked that it is done."""

    TYPE = "dispatch.work_verified.v1"
    checker_id = fields.String(required=True)
    note = fields.String(required=True)
    resolved_at = fields.String(allow_none=True, load_default=None)


class WorkCorrected(_Work):
    """The desk has corrected what the case is about, and with it perhaps the limits; `moved`: somebody else gets it."""

    TYPE = "dispatch.work_corrected.v1"
    why = fields.String(required=True)
    moved = fields.Boolean(required=True)


class WorkWithdrawn(_Work):
    """The case has left the line (merged, cancelled …): nobody has to do anything any more; `was` is the order's state
    before. Nothing follows about this round."""

    TYPE = "dispatch.work_withdrawn.v1"
    was = fields.String(required=True)
    checker_id = fields.String(allow_none=True, load_default=None)
    why = fields.String(required=True)


class ActionAnswered(Message):
    """The answer to a member's action, under its command id; `reason` says why not, `reason_code` for programs."""

    TYPE = "dispatch.action_answered.v1"
    member_id = fields.String(required=True)
    command_id = fields.String(required=True)
    action = fields.String(required=True)
    accepted = fields.Boolean(required=True)
    reason_code = fields.String(allow_none=True, load_default=None)
    reason = fields.String(allow_none=True, load_default=None)
    order_id = fields.String(allow_none=True, load_default=None)
    number = fields.String(allow_none=True, load_default=None)
    order_state = fields.String(allow_none=True, load_default=None)
    version = fields.Integer(allow_none=True, load_default=None)


class GridChanged(Message):
    """The whole record of a grid, whenever it changes; without a geometry it lies nowhere any more. Area in m²."""

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
    """The whole record of a member, whenever it changes. The phone is sealed (record `member:<id>`, field `phone`), and
    so are the ids on chat platforms, by platform (field `dingtalk`, `wecom`). `skills` are codes of categories or of
    their classes; none: everything."""

    TYPE = "dispatch.member_changed.v1"
    member_id = fields.String(required=True)
    version = fields.Integer(required=True)
    name = fields.String(required=True)
    role = fields.String(required=True)
    grid_id = fields.String(allow_none=True, load_default=None)
    phone = fields.String(allow_none=True, load_default=None)
    language = fields.String(required=True)
    on_duty = fields.Boolean(required=True)
    active = fields.Boolean(required=True)
    skills = fields.List(fields.String(), load_default=list)
    chats = fields.Dict(keys=fields.String(), values=fields.String(), load_default=dict)


SAID = {
    "assigned": WorkAssigned,
    "acknowledged": WorkAcknowledged,
    "progressed": WorkProgressed,
    "returned": WorkReturned,
    "escalated": WorkEscalated,
    "resolved": WorkResolved,
    "sent_back": WorkSentBack,
    "verified": WorkVerified,
    "corrected": WorkCorrected,
    "withdrawn": WorkWithdrawn,
}
