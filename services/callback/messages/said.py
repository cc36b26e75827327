"""What callback says."""

from __future__ import annotations

from marshmallow import fields, validate

from services.callback.domain.satisfaction import SATISFACTION, SOLVED, SUPERIOR, UNIT
from shared.messaging.message import Message


class FollowUpPlanned(Message):
    """The reporter of a case is going to be asked, from `due_at` on."""

    TYPE = "callback.follow_up_planned.v1"
    number = fields.String(required=True)
    round = fields.Integer(required=True)
    follow_up_id = fields.String(required=True)
    due_at = fields.String(required=True)
    why = fields.String(required=True)


class CaseAnswered(Message):
    """The question is settled: answered, waived (nobody is asked) or expired (nobody has answered). `counts` is false
    where two of the desk have found the demand unreasonable: then figures leave the answer out. `report`: the
    number under which who answered knows it; `reasons`: ids of the questions' reasons; `media`: references;
    `closed_before`: it was closed unasked, and asked about after all, because its sample was topped up."""

    TYPE = "callback.case_answered.v1"
    number = fields.String(required=True)
    round = fields.Integer(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf(("answered", "waived", "expired")))
    solved = fields.String(allow_none=True, load_default=None, validate=validate.OneOf(SOLVED))
    satisfaction = fields.String(required=True, validate=validate.OneOf(SATISFACTION))
    text = fields.String(allow_none=True, load_default=None)
    why = fields.String(required=True)
    counts = fields.Boolean(load_default=True)
    closed_before = fields.Boolean(load_default=False)
    channel = fields.String(allow_none=True, load_default=None)
    report = fields.String(allow_none=True, load_default=None)
    answered_at = fields.String(allow_none=True, load_default=None)
    reasons = fields.List(fields.String(), load_default=list)
    reasons_text = fields.String(allow_none=True, load_default=None)
    media = fields.List(fields.String(), load_default=list)


class ReworkAsked(Message):
    """The reporter is not content, or objects to how the case has ended (`objection`): it is to be handled again;
    `round` is the new one, `to` who handles it (unit, superior), `problem`: so many rounds have not helped that it is a
    problem case, one level up. `closed_before`: the case was closed already, and is opened again."""

    TYPE = "callback.rework_asked.v1"
    number = fields.String(required=True)
    round = fields.Integer(required=True)
    solved = fields.String(required=True, validate=validate.OneOf(SOLVED))
    satisfaction = fields.String(required=True, validate=validate.OneOf(SATISFACTION))
    text = fields.String(allow_none=True, load_default=None)
    why = fields.String(required=True)
    to = fields.String(load_default="unit", validate=validate.OneOf((UNIT, SUPERIOR)))
    problem = fields.Boolean(load_default=False)
    objection = fields.Boolean(load_default=False)
    closed_before = fields.Boolean(load_default=False)
    channel = fields.String(allow_none=True, load_default=None)
    report = fields.String(allow_none=True, load_default=None)
    answered_at = fields.String(allow_none=True, load_default=None)
    reasons = fields.List(fields.String(), load_default=list)
    reasons_text = fields.String(allow_none=True, load_default=None)
    media = fields.List(fields.String(), load_default=list)


class LinkDue(Message):
    """Nobody has reached the reporters: they are to get a link to the page of the answer, which is open until then. By
    the number that each knows the matter by, what the link is made of (`url`, `key`, `about`): whoever sends it makes
    it, and nobody else can (shared/http/links.py)."""

    TYPE = "callback.link_due.v1"
    number = fields.String(required=True)
    round = fields.Integer(required=True)
    follow_up_id = fields.String(required=True)
    closes_at = fields.String(required=True)
    links = fields.Dict(keys=fields.String(), values=fields.Dict(), required=True)
