"""Projects: what people send about them (unknown fields are refused), and what dispatch says.

The same schemas read a body, an entry of projects.yaml and a row of a table, whose headings may be Chinese
(deploy/towns/format.md).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, pre_load, validate

from services.dispatch.domain.projects import KINDS
from services.dispatch.messages.outside import no_nul, text
from shared.messaging.message import Message

RESERVED = ("import", "export")  # of the addresses /dispatch/projects/…
DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:T00:00:00)?")
KIND_WORDS = {"里程碑": "milestone", "节点": "milestone", "问题": "obstacle", "障碍": "obstacle"}
MOST_WEIGHT, MOST_TASKS, MOST_PROJECTS = 1000, 500, 500


class When(fields.String):
    """A day of the town (2026-12-31), or a moment with its offset."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, dt.datetime) or not isinstance(value, dt.date):
            value = _moment(value if isinstance(value, str) else str(value))
        if not 2000 <= value.year < 2100:
            raise ValidationError("is not in this century: correct the year")
        return value


def _moment(given: str) -> dt.date:
    try:
        if found := DAY.fullmatch(given.strip()):
            return dt.date(*map(int, found.groups()))
        moment = dt.datetime.fromisoformat(given)
    except ValueError:
        moment = None
    if moment is None or moment.utcoffset() is None:
        raise ValidationError("is no day: write 2026-12-31; or a moment: 2026-12-31T18:00:00+08:00")
    return moment


def _project_id(**kwargs: Any) -> fields.String:
    checks = [
        validate.Regexp(r"^[a-z0-9][a-z0-9-]{1,38}\Z", error="is not 2 to 39 of a–z, 0–9 and -, the first no -"),
        validate.NoneOf(RESERVED, error="is kept for something else: choose another id"),
    ]
    return fields.String(validate=checks, **kwargs)


def _said(longest: int, **kwargs: Any) -> fields.String:
    return fields.String(validate=[validate.Length(1, longest), no_nul], **kwargs)


def _evidence() -> fields.List:
    return fields.List(text(300), load_default=list, validate=validate.Length(max=20))


class _Body(Schema):
    class Meta:
        unknown = RAISE


class ProjectBody(_Body):
    """A project, or what changes of it; what is left out stays as it is."""

    name = _said(100)
    grid_id = _said(60)
    responsible_id = _said(40, metadata={"description": "the member who answers for it"})
    note = text(4000, metadata={"description": "what that member has undertaken"})


class ProjectHead(ProjectBody):
    project_id = _project_id(required=True)


class TaskBody(_Body):
    """A milestone with its weight (1 if left out), or an obstacle, whose title is the problem. A day that it begins
    means that day's beginning, a day that it is due means that day's end."""

    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    title = _said(200, required=True)
    weight = fields.Integer(strict=True, validate=validate.Range(0, MOST_WEIGHT))
    owner_id = _said(40, required=True)
    starts_at = When()
    due_at = When(required=True)


class ProjectEntry(ProjectHead):
    """A project of projects.yaml."""

    tasks = fields.List(fields.Nested(TaskBody), load_default=list, validate=validate.Length(max=MOST_TASKS))


class TaskRow(TaskBody):
    """The part of a row that is about a task: numbers are written as text, kinds perhaps in Chinese."""

    weight = fields.Integer(validate=validate.Range(0, MOST_WEIGHT))

    @pre_load
    def _in_english(self, data: Mapping[str, Any], **_: Any) -> dict[str, Any]:
        return dict(data) | ({"kind": KIND_WORDS.get(data["kind"], data["kind"])} if "kind" in data else {})


class _Acting(_Body):
    version = fields.Integer(
        allow_none=True, load_default=None, strict=True, metadata={"description": "refuse if the task has moved on"}
    )


class Reporting(_Acting):
    """How a task goes, or what was done; `evidence` are references of media, and clear an obstacle off."""

    note = _said(4000, required=True)
    evidence = _evidence()


class Passing(_Acting):
    """The check has passed."""

    note = text(4000, load_default="")


class Reasoning(_Acting):
    """Why it is sent back, or not needed any more."""

    reason = _said(1000, required=True)


class Redating(Reasoning):
    """Another date, and why; a day means its end."""

    due_at = When(required=True)


class HandingOn(Reasoning):
    """Who owns it from now on, and why."""

    owner_id = _said(40, required=True)


class Stopping(_Body):
    """Why a project ends before it is finished."""

    reason = _said(1000, required=True)


class ProjectChanged(Message):
    """The record of a project after a change (`what`: entered, changed, cancelled) by `by`; tasks are said apart.
    `before_id` answered for it until now, where that has changed."""

    TYPE = "dispatch.project_changed.v1"
    project_id = fields.String(required=True)
    version = fields.Integer(required=True)
    what = fields.String(required=True)
    name = fields.String(required=True)
    grid_id = fields.String(required=True)
    responsible_id = fields.String(required=True)
    before_id = fields.String(allow_none=True, load_default=None)
    note = fields.String(required=True)
    by = fields.String(required=True)
    why = fields.String(required=True)


class TaskChanged(Message):
    """The record of a milestone or obstacle after something has happened to it (`what`: added, progressed, done,
    verified, sent_back, redated, handed_on, cancelled, supervised), and how its project stands with that.

    `to_member_id` is whom it concerns besides the owner: who is to check (done), who owned it before (handed_on), who
    stands above the owner (supervised, with `step` and `measure`)."""

    TYPE = "dispatch.task_changed.v1"
    project_id = fields.String(required=True)
    project = fields.String(required=True)
    grid_id = fields.String(required=True)
    responsible_id = fields.String(required=True)
    task_id = fields.String(required=True)
    version = fields.Integer(required=True)
    kind = fields.String(required=True)
    title = fields.String(required=True)
    weight = fields.Integer(required=True)
    owner_id = fields.String(required=True)
    starts_at = fields.String(required=True)
    due_at = fields.String(required=True)
    first_due_at = fields.String(required=True)
    state = fields.String(required=True)
    supervision = fields.String(required=True)
    what = fields.String(required=True)
    by = fields.String(required=True)
    why = fields.String(required=True)
    evidence = fields.List(fields.String(), required=True)
    to_member_id = fields.String(allow_none=True, load_default=None)
    step = fields.Integer(allow_none=True, load_default=None)
    measure = fields.String(allow_none=True, load_default=None)
    progress = fields.Integer(required=True, metadata={"description": "per cent of the project"})
    obstacles_open = fields.Integer(required=True)
