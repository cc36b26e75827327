"""Who is told what about a message: the notices of members that come of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from services.notify.domain.facts import WORK
from services.notify.domain.templates import Templates
from services.notify.domain.town_time import in_town

MOMENTS = ("due_at", "ack_due_at", "until", "starts_at", "ends_at")


@dataclass(frozen=True)
class Notice:
    """What one member is told; `body` is what goes on the wire, without its number."""

    member_id: str
    kind: str
    body: dict[str, Any]


def about_work(kind: str, data: dict[str, Any], templates: Templates) -> list[Notice]:
    """The notices of one of dispatch's messages about work, by the message's type."""
    return [_notice(member, notice, data, templates) for member, notice in RECEIVERS[kind](data)]


def about_action(data: dict[str, Any], templates: Templates) -> Notice:
    """The answer to a member's own action."""
    body = {name: value for name, value in data.items() if name != "member_id"}
    return said(data["member_id"], "action_answered", body, templates)


def about_unread(leader: str, unread: dict[str, Any], templates: Templates) -> Notice:
    """That somebody has not read what was asked of them, for who leads them. `unread`: what the notice says, with
    `to_member_id` (whom it was for), `nth` and `why`."""
    return said(leader, "notice_unread", unread, templates)


def about_report(data: dict[str, Any], templates: Templates) -> Notice:
    """Feedback about what a member found on patrol; the external id is `<member>/<the member's own id>`."""
    member, _, own_id = data["external_id"].partition("/")
    names = ("feedback_number", "number", "state", "text_zh", "text_en", "reasons", "reference")
    body = {name: data[name] for name in names} | {"external_id": "" if own_id.startswith("? ") else own_id}
    return said(member, data["kind"], body, templates)


def said(member: str, kind: str, body: dict[str, Any], templates: Templates) -> Notice:
    """A notice with its words, which say nothing but what stands in the body."""
    zh, en = templates.texts(kind, body)
    return Notice(member, kind, body | {"text_zh": zh, "text_en": en})


def _notice(member: str, kind: str, data: dict[str, Any], templates: Templates) -> Notice:
    body = {name: data[name] for name in WORK if data.get(name) is not None}
    body |= {name: in_town(data[name]).isoformat() for name in MOMENTS if data.get(name)}
    return said(member, kind, body, templates)


def _assigned(data: dict[str, Any]) -> list[tuple[str, str]]:
    """The new handler, and who had it before where nothing else has told that one."""
    if data["settled"]:
        return []
    before = data.get("from_member_id")
    return [(data["member_id"], "work_assigned"), *([(before, "work_taken_away")] if before else [])]


def _corrected(data: dict[str, Any]) -> list[tuple[str, str]]:
    """Whoever has it; what is in the pool is nobody's."""
    kind = "work_taken_away" if data["moved"] else "work_corrected"
    return [(data["member_id"], kind)] if data["member_id"] else []


def _escalated(data: dict[str, Any]) -> list[tuple[str, str]]:
    """Whom the step means, who had it before where it is handed over, and who gets a copy."""
    checks = data["role"] == "checker"
    to, before = data["to_member_id"], data["from_member_id"]
    if data["measure"] == "escalate" and to != before:
        new, old = ("check_escalated", "check_taken_away") if checks else ("work_escalated", "work_taken_away")
        told = [(to, new), (before, old)]
    elif data["measure"] in CARDS:
        told = [(to, data["measure"])]
    else:
        told = [(to, "check_reminded" if checks else "work_reminded")]
    return [*told, *_copied(data)]


def _supervised(data: dict[str, Any]) -> list[tuple[str, str]]:
    """Whom it is about, and who has to know; an interview is for the desk to arrange."""
    if data["measure"] == "interview":
        arranges = data["copy_to_member_id"]
        return [(data["to_member_id"], "interview_proposed"), *([(arranges, "interview_wanted")] if arranges else [])]
    return [(data["to_member_id"], data["measure"]), *_copied(data)]


def _copied(data: dict[str, Any]) -> list[tuple[str, str]]:
    return [(data["copy_to_member_id"], "supervision_copied")] if data["copy_to_member_id"] else []


def _withdrawn(data: dict[str, Any]) -> list[tuple[str, str]]:
    """Whoever has it in hand; after the check nobody has."""
    having = {"resolved": data["checker_id"], "verified": None}
    member = having.get(data["was"], data["member_id"])
    return [(member, "work_withdrawn")] if member else []


def _rerouted(data: dict[str, Any]) -> list[tuple[str, str]]:
    """Whoever is on leave; a new checker too, while a new handler hears of it by work_assigned."""
    gone = [(data["from_member_id"], "work_taken_away")]
    return [*gone, (data["to_member_id"], "check_taken_over")] if data["role"] == "checker" else gone


CARDS = ("yellow_card", "red_card")  # measures of a step that have words of their own


def _awaited(data: dict[str, Any]) -> list[tuple[str, str]]:
    """Whoever owes help or a decision; when it went one level up, also whoever owed it before."""
    owing, before = data["to_member_id"], data["from_member_id"]
    return [(owing, "answer_awaited")] if owing == before else [(owing, "answer_passed_up"), (before, "answer_overdue")]


# message → who hears what of it
RECEIVERS: dict[str, Callable[[dict[str, Any]], list[tuple[str, str]]]] = {
    "dispatch.work_assigned.v1": _assigned,
    "dispatch.work_pooled.v1": lambda data: [(member, "work_offered") for member in data["offered_to"]],
    "dispatch.work_escalated.v1": _escalated,
    "dispatch.work_supervised.v1": _supervised,
    "dispatch.interview_recorded.v1": lambda data: [(data["member_id"], f"interview_{data['state']}")],
    "dispatch.work_resolved.v1": lambda data: [(data["checker_id"], "check_wanted")],
    "dispatch.work_sent_back.v1": lambda data: [(data["member_id"], "work_sent_back")],
    "dispatch.work_verified.v1": lambda data: [(data["member_id"], "work_verified")],
    "dispatch.work_corrected.v1": _corrected,
    "dispatch.work_transferred.v1": lambda data: [],  # whoever gets it hears work_assigned
    "dispatch.request_raised.v1": lambda data: [
        (data["approver_id"], "approval_wanted" if data["request"] == "suspend" else "more_time_wanted")
    ],
    "dispatch.request_denied.v1": lambda data: [(data["member_id"], "request_denied")],
    "dispatch.answer_awaited.v1": _awaited,
    "dispatch.work_suspended.v1": lambda data: [(data["member_id"], "work_suspended")],
    "dispatch.work_resumed.v1": lambda data: [(data["member_id"], "work_resumed")] if data["by"] == "rule" else [],
    "dispatch.work_extended.v1": lambda data: [(data["member_id"], "work_extended")],
    "dispatch.work_redated.v1": lambda data: [(data["member_id"], "work_redated")],
    "dispatch.assist_asked.v1": lambda data: [(data["assistant_id"], "assist_wanted")],
    "dispatch.assist_done.v1": lambda data: [(data["member_id"], "assist_done")],
    "dispatch.assist_released.v1": lambda data: [(data["assistant_id"], "assist_released")],
    "dispatch.work_cancelled.v1": _withdrawn,
    "dispatch.work_withdrawn.v1": _withdrawn,
    "dispatch.work_rerouted.v1": _rerouted,
    "dispatch.service_booked.v1": lambda data: [(data["member_id"], "appointment_booked")],
    "dispatch.service_unbooked.v1": lambda data: [(data["member_id"], "appointment_cancelled")],
}
