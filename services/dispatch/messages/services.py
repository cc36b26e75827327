"""Service orders: what is said about them, and what people send about appointments and visits."""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from services.dispatch.messages.outside import no_nul, text
from services.dispatch.messages.said import Work

BOOK, MOVE, CANCEL = "book", "move", "cancel"


class ServiceBooked(Work):
    """A service order has an appointment: an `item` of the town's list at a `place`, instead of the one that began at
    `was`, if it had one. `due_at` already allows for the time until then."""

    TYPE = "dispatch.service_booked.v1"
    item = fields.String(required=True)
    place = fields.String(required=True)
    place_zh = fields.String(required=True)
    place_en = fields.String(required=True)
    starts_at = fields.String(required=True)
    ends_at = fields.String(required=True)
    was = fields.String(allow_none=True, load_default=None)
    by = fields.String(required=True)
    why = fields.String(required=True)


class ServiceUnbooked(Work):
    """A service order has no appointment any more; that which began at `starts_at` is cancelled."""

    TYPE = "dispatch.service_unbooked.v1"
    item = fields.String(required=True)
    starts_at = fields.String(required=True)
    by = fields.String(required=True)
    why = fields.String(required=True)


class ServiceOffered(Work):
    """What was wished for cannot be had: the next free `slots` (place and its names, starts_at,
    ends_at); nothing is booked."""

    TYPE = "dispatch.service_offered.v1"
    item = fields.String(required=True)
    wished_at = fields.String(required=True)
    slots = fields.List(fields.Dict(), required=True)
    why = fields.String(required=True)


OF_SERVICES = {"booked": ServiceBooked, "unbooked": ServiceUnbooked, "offered": ServiceOffered}


class Appointment(Schema):
    """An appointment is booked, moved or cancelled; with `version`, only while the order has not moved on. Without
    `place` the first place counts at which the item can be had then."""

    class Meta:
        unknown = RAISE

    do = fields.String(required=True, validate=validate.OneOf((BOOK, MOVE, CANCEL)))
    starts_at = fields.AwareDateTime(format="iso", allow_none=True, load_default=None)
    place = text(40, allow_none=True, load_default=None)
    reason = text(500, load_default="")
    version = fields.Integer(allow_none=True, load_default=None, strict=True)

    @validates_schema
    def _says_when(self, data: dict[str, Any], **_: Any) -> None:
        if (data["do"] != CANCEL) != (data["starts_at"] is not None):
            raise ValidationError("to book and to move, say when; to cancel, do not", "starts_at")
        if data["do"] == CANCEL and not data["reason"].strip():
            raise ValidationError("say why it is cancelled", "reason")


class Visit(Schema):
    """The resident had to come; `command_id` is the sender's own, so that what is sent again is counted once."""

    class Meta:
        unknown = RAISE

    command_id = fields.String(required=True, validate=[validate.Length(min=1, max=200), no_nul])
    reason = fields.String(required=True, validate=[validate.Length(min=1, max=500), no_nul])
