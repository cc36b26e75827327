"""Projects: entered one by one or as a file, moved on by their members, ended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from services.dispatch.domain.access import MANAGE_PROJECTS, SEE_PROJECTS, Matter, Person, may
from services.dispatch.domain.leave import Reason
from services.dispatch.domain.project_acts import ACTIONS, Act, Around, added, may_do, stopped
from services.dispatch.domain.project_entries import Entered, Given, Known, enter, made, moment_of, wrong_with
from services.dispatch.domain.projects import CANCELLED, Project, Task, shown
from services.dispatch.domain.words import both
from services.dispatch.errors import NothingLoaded, NotTheirs, ProjectRefused, ProjectUnknown
from services.dispatch.store import OpenWork, Row, Work
from services.dispatch.use_cases.project_recording import record_project, record_tasks
from shared.messaging.envelope import new_id


def set_project(project_id: str, body: dict[str, Any], person: Person, open_work: OpenWork) -> dict[str, Any]:
    """A project, new or changed. Raises ProjectUnknown for one of another area, NotTheirs for putting one there,
    ProjectRefused."""
    with open_work() as work:
        work.lock_projects()
        before = work.projects([project_id]).get(project_id)
        if before:
            _check(person, before, (), work)
        known = _known([project_id], work)
        entered = enter([Given("", body | {"project_id": project_id})], [], known, person.name)
        _refuse(entered, work)
        after = entered.projects.get(project_id) or before
        assert after
        if not may(person, MANAGE_PROJECTS, Matter((), work.areas_up([after.grid_id]).get(after.grid_id, []))):
            raise NotTheirs(f"{after.grid_id!r} is not in your area: name an area in it, or ask the desk")
        if before and before.cancelled_at:
            raise ProjectRefused([_cancelled()._asdict()])
        _keep(entered, known, person.name, "", work)
        work.commit()
    return {"outcome": entered.outcomes[0].outcome} | _head(after)


def enter_projects(
    given: Sequence[Given], by: str, why: str, open_work: OpenWork, keep: bool = True, past: bool = False
) -> Entered:
    """A file of projects, all of it or nothing; unless `keep`, only what would become of it. With reasons in any
    outcome nothing was kept. Raises NothingLoaded."""
    with open_work() as work:
        work.lock_projects()
        known = _known({one.head["project_id"] for one in given}, work)
        entered = enter(given, (new_id() for _ in given), known, by, past)
        if not entered.refused:
            _keep(entered, known, by, why, work)
            work.commit() if keep else work.rehearse()
    return entered


def add_task(project_id: str, body: dict[str, Any], person: Person, open_work: OpenWork) -> dict[str, Any]:
    """A milestone or an obstacle more. Raises ProjectUnknown, NotTheirs, ProjectRefused, NothingLoaded."""
    with open_work() as work:
        work.lock_projects()
        project = _found(work.projects([project_id]).get(project_id), project_id)
        _check(person, project, (project.responsible_id,), work)
        known = _known([project_id], work)
        task = made(project_id, body, new_id(), known)
        reasons = [_cancelled()] if project.cancelled_at else wrong_with(task, known)
        if reasons:
            raise ProjectRefused([reason._asdict() for reason in reasons])
        record_tasks([added(task, person.name)], {project_id: project}, work)
        now = work.now()
        work.commit()
    return shown(task, now)


def act_on_task(task_id: str, action: str, body: dict[str, Any], person: Person, open_work: OpenWork) -> dict[str, Any]:
    """Something is done to a task (`ACTIONS`). Raises ProjectUnknown, NotTheirs, ProjectRefused, NothingLoaded."""
    version = body.pop("version")
    with open_work() as work:
        task = work.lock_task(task_id)
        if task is None:
            raise ProjectUnknown("task", task_id)
        project = work.projects([task.project_id])[task.project_id]
        _check(person, project, may_do(action, task, project), work, task)
        if version is not None and version != task.version:
            problem = both("任务已有变化", f"it has moved on to version {task.version}")
            raise ProjectRefused([Reason("version", problem, "look at it again")._asdict()])
        around = _around(project, task, work)
        if body.get("due_at"):
            body["due_at"] = moment_of(body["due_at"], around.calendar, 1)
        evidence = tuple(body.pop("evidence", ()))
        decided = ACTIONS[action][1](task, Act(person.name, evidence=evidence, **body), around)
        if isinstance(decided, Reason):
            raise ProjectRefused([decided._asdict()])
        record_tasks([decided], {project.project_id: project}, work)
        work.commit()
    return shown(decided.task, around.now)


def cancel_project(project_id: str, why: str, person: Person, open_work: OpenWork) -> dict[str, Any]:
    """A project ends before it is finished. Raises ProjectUnknown, and ProjectRefused while obstacles are open."""
    with open_work() as work:
        work.lock_projects()
        project = _found(work.projects([project_id]).get(project_id), project_id)
        _check(person, project, (), work)
        decided = stopped(project, work.lock_tasks_of(project_id), person.name, why)
        if isinstance(decided, Reason):
            raise ProjectRefused([decided._asdict()])
        after = replace(project, version=project.version + 1, cancelled_at=work.now())
        record_project(CANCELLED, project, after, person.name, why, work)
        record_tasks(decided, {project_id: after}, work)
        work.commit()
    return _head(after) | {"cancelled_tasks": [change.task.task_id for change in decided]}


def _known(ids: Iterable[str], work: Work) -> Known:
    calendar = work.calendar()
    if calendar is None:
        raise NothingLoaded
    members, areas = work.names_for_projects()
    ids = set(ids)
    return Known(work.projects(ids), work.tasks_of(ids), members, areas, calendar, work.watching(), work.now())


def _around(project: Project, task: Task, work: Work) -> Around:
    calendar = work.calendar()
    if calendar is None:
        raise NothingLoaded
    members, _ = work.names_for_projects()
    return Around(project, work.roster((), [task.owner_id]), members, calendar, work.now())


def _keep(entered: Entered, known: Known, by: str, why: str, work: Work) -> None:
    for project_id, after in entered.projects.items():
        before = known.projects.get(project_id)
        record_project("changed" if before else "entered", before, after, by, why, work)
    record_tasks(entered.changes, known.projects | entered.projects, work)


def _check(
    person: Person, project: Project, theirs: tuple[str | None, ...], work: Work, task: Task | None = None
) -> None:
    """Whether somebody may do it: whose it is (`theirs`), the desk, leaders of the area. Who may see it hears that it
    is not theirs to do; for all others it is not there."""
    matter = work.matter_of_project(project.project_id)
    if may(person, MANAGE_PROJECTS, Matter(theirs, matter.areas)):
        return
    if may(person, SEE_PROJECTS, matter):
        raise NotTheirs("it is for whoever answers for the project, a leader of the area or the desk to do this")
    raise ProjectUnknown("task" if task else "project", task.task_id if task else project.project_id)


def _found(project: Project | None, project_id: str) -> Project:
    if project is None:
        raise ProjectUnknown("project", project_id)
    return project


def _refuse(entered: Entered, work: Work) -> None:
    if entered.refused:
        raise ProjectRefused([reason._asdict() for one in entered.refused for reason in one.reasons])


def _cancelled() -> Reason:
    return Reason("state", both("项目已取消", "the project is cancelled"), "enter another project")


def _head(project: Project) -> Row:
    return dict(vars(project))
