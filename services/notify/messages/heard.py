"""What else notify hears: records that it keeps copies of, answers, feedback, projects."""

from __future__ import annotations

from marshmallow import fields

from shared.messaging.message import Message


class MemberChanged(Message):
    TYPE = "dispatch.member_changed.v1"
    member_id = fields.String(required=True)
    version = fields.Integer(required=True)
    name = fields.String(required=True)
    role = fields.String(required=True)
    grid_id = fields.String(allow_none=True, load_default=None)
    phone = fields.String(allow_none=True, load_default=None)
    chats = fields.Raw(load_default=dict)
    language = fields.String(required=True)
    active = fields.Boolean(required=True)


class AreaChanged(Message):
    TYPE = "dispatch.grid_changed.v1"
    grid_id = fields.String(required=True)
    version = fields.Integer(required=True)
    parent_id = fields.String(allow_none=True, load_default=None)
    name = fields.String(required=True)
    level = fields.String(required=True)


class SourceChanged(Message):
    TYPE = "intake.source_changed.v1"
    source = fields.String(required=True)
    version = fields.Integer(required=True)
    webhook_url = fields.String(allow_none=True, load_default=None)
    webhook_secrets = fields.Raw(required=True)


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
    solved = fields.String(allow_none=True, load_default=None)
    satisfaction = fields.String(allow_none=True, load_default=None)
    answer = fields.String(allow_none=True, load_default=None)
    times = fields.Raw(allow_none=True, load_default=None)
    answer_link = fields.Raw(allow_none=True, load_default=None)


class ReporterToTell(Message):
    TYPE = "intake.reporter_to_tell.v1"
    number = fields.String(required=True)
    level = fields.String(required=True)
    answer_link = fields.Raw(required=True)
    phone = fields.String(required=True)
    closes_at = fields.String(required=True)


class ReporterErased(Message):
    TYPE = "intake.reporter_erased.v1"
    number = fields.String(required=True)


class CaseAnswered(Message):
    TYPE = "callback.case_answered.v1"


class ReworkAsked(Message):
    TYPE = "callback.rework_asked.v1"


class ProjectChanged(Message):
    TYPE = "dispatch.project_changed.v1"
    project_id = fields.String(required=True)
    version = fields.Integer(required=True)
    what = fields.String(required=True)
    name = fields.String(required=True)
    responsible_id = fields.String(required=True)
    before_id = fields.String(allow_none=True, load_default=None)
    note = fields.String(required=True)
    by = fields.String(required=True)
    why = fields.String(required=True)


class TaskChanged(Message):
    TYPE = "dispatch.task_changed.v1"
    project_id = fields.String(required=True)
    project = fields.String(required=True)
    task_id = fields.String(required=True)
    version = fields.Integer(required=True)
    kind = fields.String(required=True)
    title = fields.String(required=True)
    owner_id = fields.String(required=True)
    due_at = fields.String(required=True)
    supervision = fields.String(required=True)
    what = fields.String(required=True)
    by = fields.String(required=True)
    why = fields.String(required=True)
    to_member_id = fields.String(allow_none=True, load_default=None)


PROJECTS = (ProjectChanged, TaskChanged)
REPORTERS = (ReporterToTell, ReporterErased, CaseAnswered, ReworkAsked)
