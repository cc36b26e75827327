"""Subscriptions as they are asked for, by HTTP and in files: unknown fields are refused."""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

_NAME = validate.Regexp(r"^[a-z0-9][a-z0-9-]{1,38}\Z", error="small letters, digits and hyphens, 2 to 39 of them")
_ROLE = validate.Regexp(r"^[a-z][a-z_]{1,38}\Z", error="a role as the list of members has it: leader, worker")
_TEXT = [validate.Length(1, 64), validate.ContainsNoneOf("\0")]
_REASON = [validate.Length(1, 500), validate.ContainsNoneOf("\0")]


def _list(of: Any, most: int) -> fields.List:
    return fields.List(fields.String(validate=of), load_default=list, validate=validate.Length(max=most))


class ReceiverOf(Schema):
    """One of a member, a role, an outside system. `within`: of a role, only those in this area and below."""

    class Meta:
        unknown = RAISE

    member = fields.String(validate=_NAME)
    role = fields.String(validate=_ROLE)
    system = fields.String(validate=_NAME)
    within = fields.String(validate=_TEXT)

    @validates_schema
    def one_of_them(self, data: dict[str, Any], **_: Any) -> None:
        given = data.keys() & {"member", "role", "system"}
        if len(given) != 1:
            raise ValidationError("give one of member, role, system")
        if "within" in data and "role" not in given:
            raise ValidationError("only a role has a within", "within")


class Subscribe(Schema):
    """What is to be heard by whom. Of each list, nothing means all."""

    class Meta:
        unknown = RAISE

    receiver = fields.Nested(ReceiverOf, required=True)
    transitions = _list(_TEXT, 50)
    area = fields.String(load_default=None, allow_none=True, validate=_TEXT)
    categories = _list(_TEXT, 50)  # codes, or how they begin; those of assets have letters
    levels = _list(validate.OneOf(["P1", "P2", "P3", "P4"]), 4)
    sources = _list(_NAME, 50)
    kinds = _list(validate.OneOf(["consultation", "help", "suggestion", "complaint", "report"]), 5)
    queue = fields.Boolean(load_default=False)
    webhook = fields.String(load_default=None, allow_none=True, validate=_TEXT)
    expires_at = fields.AwareDateTime(load_default=None, allow_none=True, format="iso")
    reason = fields.String(required=True, validate=_REASON)


class EndSubscription(Schema):
    """Why it is not wanted any more."""

    class Meta:
        unknown = RAISE

    reason = fields.String(required=True, validate=_REASON)
