"""Who is told what about projects and their tasks: the notices of members that come of dispatch's messages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from services.notify.domain.notices import Notice, said
from services.notify.domain.templates import Templates
from services.notify.domain.town_time import in_town

Told = list[tuple[str | None, str]]  # member, kind of the notice
ABOUT = ("project_id", "task_id", "version", "kind", "title", "owner_id", "supervision", "why", "note")


def about_project(kind: str, data: dict[str, Any], templates: Templates) -> list[Notice]:
    """The notices of one of dispatch's messages about projects, by its type; who did it hears nothing of it."""
    return [
        _notice(member, notice, data, templates)
        for member, notice in RECEIVERS[kind](data)
        if member and member != data["by"]
    ]


def _project(data: dict[str, Any]) -> Told:
    if data["what"] == "cancelled":
        return [(data["responsible_id"], "project_cancelled")]
    if data["what"] == "entered" or data["before_id"]:
        return [(data["responsible_id"], "project_entrusted"), (data["before_id"], "project_taken_away")]
    return []


def _task(data: dict[str, Any]) -> Told:
    owner, other = data["owner_id"], data["to_member_id"]
    return {
        "added": [(owner, "task_given")],
        "done": [(other, "task_check_wanted")],
        "verified": [(owner, "task_verified")],
        "sent_back": [(owner, "task_sent_back")],
        "redated": [(owner, "task_redated")],
        "handed_on": [(owner, "task_given"), (other, "task_taken_away")],
        "cancelled": [(owner, "task_cancelled")],
        "supervised": [(owner, "task_reminded"), (other, "task_watched")],
    }.get(data["what"], [])


RECEIVERS: dict[str, Callable[[dict[str, Any]], Told]] = {
    "dispatch.project_changed.v1": _project,
    "dispatch.task_changed.v1": _task,
}


def _notice(member: str, kind: str, data: dict[str, Any], templates: Templates) -> Notice:
    """In a notice `kind` is its own; a task's is `task_kind`."""
    body = {("task_kind" if name == "kind" else name): data[name] for name in ABOUT if data.get(name) is not None}
    body |= {"project": data.get("project") or data.get("name")}
    body |= {"due_at": in_town(data["due_at"]).isoformat()} if data.get("due_at") else {}
    return said(member, kind, body, templates)
