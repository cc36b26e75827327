"""What has followed from lapses, as dispatch says it; and what people record about it: unknown fields are refused."""

from __future__ import annotations

from marshmallow import RAISE, Schema, fields, validate

from services.dispatch.messages.outside import no_nul, text
from services.dispatch.messages.said import Work
from shared.messaging.message import Message


class WorkSupervised(Work):
    """What has followed from cards, failed checks, reworks or transfers (`measure`: letter, interview, public_notice,
    problem_case): about `to_member_id` and the `unit`, which gets the `points`; `copy_to_member_id` hears it too. An
    interview is proposed, its id is `measure_id`. `member_id` is who has the order now: nobody, where that is empty."""

    TYPE = "dispatch.work_supervised.v1"
    measure_id = fields.String(required=True)
    measure = fields.String(required=True)
    why = fields.String(required=True)
    to_member_id = fields.String(required=True)
    copy_to_member_id = fields.String(allow_none=True, load_default=None)
    unit = fields.String(required=True)
    points = fields.Float(required=True)


class InterviewRecorded(Message):
    """A proposed interview with `member_id` was held (`held_on`, by `held_by`) or dropped (`state`); `note` is what was
    agreed, or why not; `why` it was proposed."""

    TYPE = "dispatch.interview_recorded.v1"
    number = fields.String(required=True)
    order_id = fields.String(required=True)
    round = fields.Integer(required=True)
    title = fields.String(required=True)
    interview_id = fields.String(required=True)
    member_id = fields.String(required=True)
    unit = fields.String(required=True)
    state = fields.String(required=True)
    held_on = fields.String(allow_none=True, load_default=None)
    held_by = fields.String(allow_none=True, load_default=None)
    note = fields.String(required=True)
    why = fields.String(required=True)
    by = fields.String(required=True)


class Held(Schema):
    """An interview was held: on which day, by whom (who records it, if left out), and what was agreed."""

    class Meta:
        unknown = RAISE

    held_on = fields.Date(required=True)
    held_by = text(40, allow_none=True, load_default=None)
    note = fields.String(required=True, validate=[validate.Length(min=1, max=2000), no_nul])


class Dropped(Schema):
    """Why an interview is not going to be held."""

    class Meta:
        unknown = RAISE

    reason = fields.String(required=True, validate=[validate.Length(min=1, max=500), no_nul])
