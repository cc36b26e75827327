"""What people send about duty and leave: unknown fields are refused."""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from services.dispatch.messages.outside import no_nul


class _Body(Schema):
    class Meta:
        unknown = RAISE


def _text(longest: int, least: int = 1, **kwargs: Any) -> fields.String:
    return fields.String(validate=[validate.Length(min=least, max=longest), no_nul], **kwargs)


def _moment() -> fields.AwareDateTime:
    return fields.AwareDateTime(format="iso", required=True)


class Asking(_Body):
    """A leave. A member asks for their own; `member_id` is for the desk and leaders, who grant it with that."""

    member_id = _text(40, allow_none=True, load_default=None)
    starts_at = _moment()
    ends_at = _moment()
    delegate_id = _text(40, allow_none=True, load_default=None, metadata={"description": "who stands in"})
    reason = _text(500, required=True)


class Deciding(_Body):
    """Whether a leave is granted; a refusal says why."""

    granted = fields.Boolean(required=True, truthy={True}, falsy={False})
    reason = _text(500, least=0, load_default="")

    @validates_schema
    def _says_why(self, data: dict[str, Any], **_: Any) -> None:
        if not data["granted"] and not data["reason"].strip():
            raise ValidationError("say why it is refused", "reason")


class Cancelling(_Body):
    """Why a leave is taken back, or ends now."""

    reason = _text(500, required=True)


class Overriding(_Body):
    """For a stretch of a roster `out` is left out and `in` steps in; one of both may be missing."""

    roster_id = _text(40, required=True)
    starts_at = _moment()
    ends_at = _moment()
    out = _text(40, allow_none=True, load_default=None)
    in_ = _text(40, allow_none=True, load_default=None, data_key="in")
    reason = _text(500, required=True)

    @validates_schema
    def _somebody(self, data: dict[str, Any], **_: Any) -> None:
        if not data["out"] and not data["in_"]:
            raise ValidationError("name who is left out, who steps in, or both", "out")


class _Part(_Body):
    member_id = _text(40, required=True)
    starts_at = _moment()
    ends_at = _moment()


class Swapping(_Body):
    """Two members of a roster take each other's shifts."""

    roster_id = _text(40, required=True)
    one = fields.Nested(_Part, required=True)
    other = fields.Nested(_Part, required=True)
    reason = _text(500, required=True)


class _Hours(_Body):
    from_ = fields.String(data_key="from")
    to = fields.String()


class RosterBody(_Body):
    """A roster as in duty.yaml of a town folder; read by `domain/roster_data.py`, this is its contract."""

    name = fields.String(required=True)
    grid_id = fields.String(required=True)
    groups = fields.List(fields.List(fields.String()), required=True)
    first_day = fields.Date(required=True)
    last_day = fields.Date(allow_none=True)
    hours = fields.List(fields.Nested(_Hours))
    days = fields.String()
    turn = fields.String()
    binds = fields.String()
    needs = fields.Integer()
    fair_percent = fields.Integer()
