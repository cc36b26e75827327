"""What happens to cases, as far as it decides who hears of it: one shape for whatever service says it."""

from __future__ import annotations

from marshmallow import fields

from shared.messaging.message import Message


class _AboutCase(Message):
    """`title` and `place_text` only where the message itself says them: what is told is what was known then;
    `member_id` and `checker_id` where it is about somebody's work."""

    number = fields.String(required=True)
    round = fields.Integer(allow_none=True, load_default=None)
    title = fields.String(allow_none=True, load_default=None)
    place_text = fields.String(allow_none=True, load_default=None)
    member_id = fields.String(allow_none=True, load_default=None)
    checker_id = fields.String(allow_none=True, load_default=None)


class _Describes(_AboutCase):
    level = fields.String(required=True)
    kind = fields.String(required=True)
    category = fields.String(required=True)
    grid_id = fields.String(allow_none=True, load_default=None)
    source = fields.String(allow_none=True, load_default=None)


class CaseIsMerged(_AboutCase):
    TYPE = "intake.case_merged.v1"
    into = fields.String(required=True)
    source = fields.String(load_default="")


def _class(kind: str, base: type[Message]) -> type[Message]:
    name = kind.split(".")[1].title().replace("_", "")
    return type(name, (base,), {"TYPE": kind, "__doc__": f"{name}: see whoever says it."})


DESCRIBING = tuple(_class(f"intake.case_{what}.v1", _Describes) for what in ("submitted", "registered", "corrected"))
_OTHERS = {
    "intake": ("case_rejected", "case_closed", "case_cancelled", "case_transferred", "information_asked"),
    "dispatch": (
        *("work_pooled", "work_assigned", "work_acknowledged", "work_progressed", "work_returned", "work_escalated"),
        *("work_supervised", "work_resolved", "work_sent_back", "work_verified", "work_transferred", "work_suspended"),
        *("work_resumed", "work_extended", "work_redated", "work_cancelled", "work_withdrawn", "work_rerouted"),
    ),
    "callback": ("follow_up_planned", "case_answered", "rework_asked"),
}
TRANSITIONS: tuple[type[Message], ...] = (
    *DESCRIBING,
    CaseIsMerged,
    *(_class(f"{service}.{what}.v1", _AboutCase) for service, kinds in _OTHERS.items() for what in kinds),
)
NAMES = tuple(sorted(message.TYPE.split(".")[1] for message in TRANSITIONS))  # as subscriptions name them
