"""What dispatch says."""

from __future__ import annotations

from marshmallow import fields

from shared.messaging.message import Message


class Work(Message):
    """What all messages about work say."""

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


class WorkAssigned(Work):
    """A work order has a (new) handler; `why` says why it is this member, `settled` that it was done on the spot,
    `from_member_id` who had it until now, where nothing else has told that one."""

    TYPE = "dispatch.work_assigned.v1"
    unit = fields.String(required=True)
    ack_due_at = fields.String(allow_none=True, load_default=None)
    why = fields.String(required=True)
    settled = fields.Boolean(required=True)
    from_member_id = fields.String(allow_none=True, load_default=None)


class WorkPooled(Message):
    """Work that nobody has yet: whoever of those who may take it claims it first has it, until then; `offered_to` are
    the first of them. Then, or when somebody has claimed it, work_assigned follows."""

    TYPE = "dispatch.work_pooled.v1"
    number = fields.String(required=True)
    order_id = fields.String(required=True)
    round = fields.Integer(required=True)
    version = fields.Integer(required=True)
    unit = fields.String(required=True)
    offered_to = fields.List(fields.String(), required=True)
    until = fields.String(required=True)
    why = fields.String(required=True)
    level = fields.String(required=True)
    category = fields.String(required=True)
    title = fields.String(required=True)
    place_text = fields.String(required=True)
    grid_id = fields.String(allow_none=True, load_default=None)
    due_at = fields.String(allow_none=True, load_default=None)


class WorkAcknowledged(Work):
    """The handler takes it on."""

    TYPE = "dispatch.work_acknowledged.v1"


class WorkProgressed(Work):
    """The handler says how it goes; `evidence` are references of media."""

    TYPE = "dispatch.work_progressed.v1"
    note = fields.String(required=True)
    evidence = fields.List(fields.String(), required=True)


class WorkReturned(Work):
    """The handler gives it back; who has it next follows in work_assigned."""

    TYPE = "dispatch.work_returned.v1"
    reason = fields.String(required=True)


class WorkEscalated(Work):
    """A step of the ladder has come; when it hands the order over, work_assigned follows.

    `from_member_id` is the handler, or the checker where `role` says so; `to_member_id` who is to hear of it, or gets
    the order or its check; `copy_to_member_id` who hears it too. `nth`: how often a reminder that repeats has come.
    `points` are what the `unit` gets by it, below 0. `step` 0 is none of the ladder: a problem case goes up."""

    TYPE = "dispatch.work_escalated.v1"
    step = fields.Integer(required=True)
    measure = fields.String(required=True)
    why = fields.String(required=True)
    from_member_id = fields.String(required=True)
    to_member_id = fields.String(required=True)
    supervision = fields.String(required=True)
    copy_to_member_id = fields.String(allow_none=True, load_default=None)
    role = fields.String(allow_none=True, load_default=None)
    nth = fields.Integer(allow_none=True, load_default=None)
    unit = fields.String(allow_none=True, load_default=None)
    points = fields.Float(allow_none=True, load_default=None)


class WorkResolved(Work):
    """The handler says that it is done, with evidence, of which `before` shows how it was; `checker_id` is asked to
    check."""

    TYPE = "dispatch.work_resolved.v1"
    checker_id = fields.String(required=True)
    note = fields.String(required=True)
    evidence = fields.List(fields.String(), required=True)
    before = fields.List(fields.String(), load_default=list)


class WorkTransferred(Work):
    """The handler hands it on to another unit; work_assigned follows."""

    TYPE = "dispatch.work_transferred.v1"
    reason = fields.String(required=True)
    to_unit = fields.String(required=True)
    to_member_id = fields.String(required=True)


class RequestRaised(Work):
    """The handler asks to suspend the work or to have more time (`request`: suspend, extend), `until` then; it is for
    `approver_id` to decide."""

    TYPE = "dispatch.request_raised.v1"
    request = fields.String(required=True)
    approver_id = fields.String(required=True)
    reason = fields.String(required=True)
    until = fields.String(required=True)


class RequestDenied(Work):
    """What was asked for is not granted: `by` whom, and why."""

    TYPE = "dispatch.request_denied.v1"
    request = fields.String(required=True)
    by = fields.String(required=True)
    why = fields.String(required=True)


class WorkSuspended(Work):
    """The clock stands still, approved by `by`; at the latest `until` then, which `due_at` already allows for."""

    TYPE = "dispatch.work_suspended.v1"
    by = fields.String(required=True)
    reason = fields.String(required=True)
    until = fields.String(required=True)


class WorkResumed(Work):
    """The clock goes on: `by` is the member, or `rule` when the suspension is over."""

    TYPE = "dispatch.work_resumed.v1"
    by = fields.String(required=True)
    why = fields.String(required=True)


class WorkExtended(Work):
    """There is more time, approved by `by`: `until` is the date that was granted, and now the deadline."""

    TYPE = "dispatch.work_extended.v1"
    by = fields.String(required=True)
    reason = fields.String(required=True)
    until = fields.String(required=True)


class WorkRedated(Work):
    """The town's calendar has changed, and with it the deadline of an open order; `was` is what it was before."""

    TYPE = "dispatch.work_redated.v1"
    was = fields.String(allow_none=True, load_default=None)
    why = fields.String(required=True)


class WorkCancelled(Work):
    """The desk has ended the matter itself; `was` is the order's state before. Nothing follows about this round."""

    TYPE = "dispatch.work_cancelled.v1"
    was = fields.String(required=True)
    checker_id = fields.String(allow_none=True, load_default=None)
    why = fields.String(required=True)


class AssistAsked(Work):
    """A unit is to help the lead: `note` says with what; the lead's own deadline stays `due_at`."""

    TYPE = "dispatch.assist_asked.v1"
    assistant_id = fields.String(required=True)
    unit = fields.String(required=True)
    note = fields.String(required=True)
    assist_due_at = fields.String(allow_none=True, load_default=None)


class AssistDone(Work):
    """A unit that helps has done its part."""

    TYPE = "dispatch.assist_done.v1"
    assistant_id = fields.String(required=True)
    unit = fields.String(required=True)
    note = fields.String(required=True)
    evidence = fields.List(fields.String(), required=True)


class AssistReleased(Work):
    """A unit need not help any more."""

    TYPE = "dispatch.assist_released.v1"
    assistant_id = fields.String(required=True)
    unit = fields.String(required=True)
    why = fields.String(required=True)


class AnswerAwaited(Work):
    """Somebody owes help (`about`: assist) or a decision (suspend, extend): `to_member_id` is reminded; or it was
    `from_member_id` who owed it, and now another does. `part` is the number of the assist or request."""

    TYPE = "dispatch.answer_awaited.v1"
    about = fields.String(required=True)
    part = fields.Integer(required=True)
    from_member_id = fields.String(required=True)
    to_member_id = fields.String(required=True)
    why = fields.String(required=True)


class WorkSentBack(Work):
    """The check has failed; the same handler goes on."""

    TYPE = "dispatch.work_sent_back.v1"
    checker_id = fields.String(required=True)
    note = fields.String(required=True)


class WorkVerified(Work):
    """Somebody else than the handler has checked that it is done; `handlers` are all who have had it in this round."""

    TYPE = "dispatch.work_verified.v1"
    unit = fields.String(allow_none=True, load_default=None)
    handlers = fields.List(fields.String(), load_default=list)
    checker_id = fields.String(required=True)
    note = fields.String(required=True)
    resolved_at = fields.String(allow_none=True, load_default=None)


class WorkCorrected(Work):
    """The desk has corrected what the case is about, and with it perhaps the limits; `moved`: somebody else gets it."""

    TYPE = "dispatch.work_corrected.v1"
    why = fields.String(required=True)
    moved = fields.Boolean(required=True)


class WorkWithdrawn(Work):
    """The case has left the line (merged, cancelled …): nobody has to do anything any more; `was` is the order's state
    before. Nothing follows about this round."""

    TYPE = "dispatch.work_withdrawn.v1"
    was = fields.String(required=True)
    checker_id = fields.String(allow_none=True, load_default=None)
    why = fields.String(required=True)


class WorkRerouted(Work):
    """A member is on leave: somebody else handles the order, and work_assigned follows; or, by `role`, checks it."""

    TYPE = "dispatch.work_rerouted.v1"
    role = fields.String(required=True)
    from_member_id = fields.String(required=True)
    to_member_id = fields.String(required=True)
    why = fields.String(required=True)


OF_WORK = {
    "pooled": WorkPooled,
    "assigned": WorkAssigned,
    "acknowledged": WorkAcknowledged,
    "progressed": WorkProgressed,
    "returned": WorkReturned,
    "escalated": WorkEscalated,
    "resolved": WorkResolved,
    "transferred": WorkTransferred,
    "request_raised": RequestRaised,
    "request_denied": RequestDenied,
    "suspended": WorkSuspended,
    "resumed": WorkResumed,
    "extended": WorkExtended,
    "redated": WorkRedated,
    "cancelled": WorkCancelled,
    "assist_asked": AssistAsked,
    "assist_done": AssistDone,
    "assist_released": AssistReleased,
    "awaited": AnswerAwaited,
    "sent_back": WorkSentBack,
    "verified": WorkVerified,
    "corrected": WorkCorrected,
    "withdrawn": WorkWithdrawn,
    "rerouted": WorkRerouted,
}
