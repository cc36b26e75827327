"""What happened to projects and their tasks is written and said: records, journal, one message for each change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.dispatch import messages
from services.dispatch.domain.project_acts import Change
from services.dispatch.domain.projects import Project, Task, open_obstacles, progress
from services.dispatch.store import Row, Work

OF_A_TASK = ("project_id", "task_id", "version", "kind", "title", "weight", "owner_id", "state", "supervision")
DATES = ("starts_at", "due_at", "first_due_at")


def record_tasks(changes: Sequence[Change], projects: Mapping[str, Project], work: Work) -> None:
    """Everything about these changes, in their order; their tasks are locked, or new. How a project stands is said as
    it is after all of them."""
    if not changes:
        return
    now, touched = work.now(), {change.task.project_id for change in changes}
    work.put_tasks([change.task for change in changes])
    tasks = work.tasks_of(touched)
    work.add_project_journal([_journal_row(change) | {"at": now} for change in changes])
    work.say(_event(c, projects[c.task.project_id], tasks[c.task.project_id], work) for c in changes)


def record_project(what: str, before: Project | None, after: Project, by: str, why: str, work: Work) -> None:
    """A project that is new, has changed, or has been cancelled."""
    work.put_projects([after])
    differing = {name: value for name, value in vars(before).items() if value != vars(after)[name]} if before else None
    row: Row = {"at": work.now(), "project_id": after.project_id, "task_id": None, "version": after.version}
    row |= {"what": what, "who": by, "why": why, "evidence": [], "facts": differing}
    work.add_project_journal([row])
    gone = before.responsible_id if before and before.responsible_id != after.responsible_id else None
    data: dict[str, Any] = {name: value for name, value in vars(after).items() if name != "cancelled_at"}
    data |= {"what": what, "by": by, "why": why, "before_id": gone}
    work.say([messages.ProjectChanged.say(work.address, after.project_id, None, None, **data)])


def _event(change: Change, project: Project, tasks: Sequence[Task], work: Work) -> Any:
    task = change.task
    data: dict[str, Any] = {name: getattr(task, name) for name in OF_A_TASK}
    data |= {name: getattr(task, name).isoformat() for name in DATES}
    data |= {"project": project.name, "grid_id": project.grid_id, "responsible_id": project.responsible_id}
    data |= {"what": change.what, "by": change.by, "why": change.why, "evidence": list(change.evidence)}
    data |= {"to_member_id": change.to_member_id}
    data |= {name: change.facts.get(name) for name in ("step", "measure")}
    data |= {"progress": progress(tasks), "obstacles_open": len(open_obstacles(tasks))}
    return messages.TaskChanged.say(work.address, task.project_id, None, None, **data)


def _journal_row(change: Change) -> Row:
    return {
        "project_id": change.task.project_id,
        "task_id": change.task.task_id,
        "version": change.task.version,
        "what": change.what,
        "who": change.by,
        "why": change.why,
        "evidence": list(change.evidence),
        "facts": change.facts or None,
    }
