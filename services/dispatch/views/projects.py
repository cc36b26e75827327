"""Projects for readers: how each stands, its road map, what is late."""

from __future__ import annotations

from typing import Any

from services.dispatch.domain.access import SEE_PROJECTS, Person, Scope, may
from services.dispatch.domain.projects import CANCELLED, OBSTACLE, Project, road, shown, standing
from services.dispatch.store import SQL, Work
from services.dispatch.store.projects import task_of
from shared.observability.metrics import Gauge
from shared.outbox.unit_of_work import UnitOfWork

MOST_PROJECTS, MOST_TASKS, MOST_JOURNAL = 2000, 500, 500


def projects(work: Work, reach: Scope, state: str | None, tasks_too: bool = False) -> list[dict[str, Any]]:
    """Projects as far as somebody's rights reach, with how each stands; with all tasks, if these are asked for."""
    found = [Project(**row) for row in work.dicts(SQL.projects_seen, limit=MOST_PROJECTS, **_reach(reach))]
    tasks, now = work.tasks_of(project.project_id for project in found), work.now()
    rows = []
    for project in found:
        own = tasks.get(project.project_id, [])
        row = _head(project) | standing(project, own, now)
        if state in (None, row["state"]):
            rows.append(row | ({"tasks": [shown(task, now) for task in own]} if tasks_too else {}))
    return rows


def project_by_id(work: Work, project_id: str, person: Person) -> dict[str, Any] | None:
    """A project with its road map, its obstacles and its journal; None when there is none that this person may see."""
    matter = work.matter_of_project(project_id)
    if matter is None or not may(person, SEE_PROJECTS, matter):
        return None
    project, now = work.projects([project_id])[project_id], work.now()
    tasks = work.tasks_of([project_id]).get(project_id, [])
    return (
        _head(project)
        | standing(project, tasks, now)
        | {
            "milestones": road(tasks, now),
            "obstacles": [shown(t, now) for t in tasks if t.kind == OBSTACLE and t.state != CANCELLED],
            "cancelled": [shown(task, now) for task in tasks if task.state == CANCELLED],
            "journal": work.dicts(SQL.project_journal, id=project_id, limit=MOST_JOURNAL),
        }
    )


def tasks(work: UnitOfWork, reach: Scope, owner: str | None, late: bool | None) -> list[dict[str, Any]]:
    """Tasks that are not cancelled, the most urgent first, as far as somebody's rights reach."""
    now = work.now()
    rows = work.dicts(SQL.tasks_seen, owner=owner, late=late, now=now, limit=MOST_TASKS, **_reach(reach))
    return [shown(task_of(row), now) for row in rows]


def project_gauges(work: UnitOfWork) -> list[Gauge]:
    """What is to be done, what of it is late, and whether the watch keeps up."""
    counts = work.all(SQL.count_tasks)
    return [
        (
            "wangge_project_tasks",
            "Milestones and obstacles of projects that are not cancelled, by kind and state.",
            ["kind", "state"],
            [([kind, state], n) for kind, state, n, _ in counts],
        ),
        (
            "wangge_project_tasks_late",
            "Milestones and obstacles that were due and are not done, or were done too late and wait for their check.",
            ["kind"],
            [([kind], sum(row[3] for row in counts if row[0] == kind)) for kind in sorted({row[0] for row in counts})],
        ),
        (
            "wangge_project_steps_overdue_seconds",
            "Age of the oldest step of a project's ladder that should have come and has not.",
            [],
            [([], work.one(SQL.task_step_overdue)[0])],
        ),
    ]


def _reach(reach: Scope) -> dict[str, Any]:
    return {name: getattr(reach, name) for name in ("name", "area", "everything")}


def _head(project: Project) -> dict[str, Any]:
    return dict(vars(project))
