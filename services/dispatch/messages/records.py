"""What dispatch says besides what happens to work: answers to actions, and the records of grids and members."""

from __future__ import annotations

from marshmallow import fields

from shared.messaging.message import Message


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
