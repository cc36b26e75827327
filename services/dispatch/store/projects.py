"""Projects, their tasks, and what happened to both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from services.dispatch.domain.access import Matter
from services.dispatch.domain.escalation import Step
from services.dispatch.domain.limits import Quiet
from services.dispatch.domain.project_rules import Watching
from services.dispatch.domain.projects import Project, Task, copied
from services.dispatch.store.base import SQL, Row, Rows


class ProjectRows(Rows):
    """Whoever enters, changes or ends projects calls `lock_projects` first; whoever acts on tasks locks them."""

    def lock_projects(self) -> None:
        self.run(SQL.lock_projects)

    def projects(self, ids: Iterable[str]) -> dict[str, Project]:
        return {row["project_id"]: Project(**row) for row in self.dicts(SQL.projects_by_id, ids=sorted(set(ids)))}

    def tasks_of(self, ids: Iterable[str]) -> dict[str, list[Task]]:
        found: dict[str, list[Task]] = {}
        for row in self.dicts(SQL.tasks_of_projects, ids=sorted(set(ids))):
            found.setdefault(row["project_id"], []).append(task_of(row))
        return found

    def lock_tasks_of(self, project_id: str) -> list[Task]:
        return [task_of(row) for row in self.dicts(SQL.lock_tasks_of_project, id=project_id)]

    def lock_task(self, task_id: str) -> Task | None:
        rows = self.dicts(SQL.lock_task, id=task_id)
        return task_of(rows[0]) if rows else None

    def lock_due_tasks(self, limit: int) -> list[Task]:
        return [task_of(row) for row in self.dicts(SQL.lock_due_tasks, limit=limit)]

    def names_for_projects(self) -> tuple[set[str], set[str]]:
        """Members on the roll, and areas."""
        members, areas = self.one(SQL.names_for_projects)
        return set(members), set(areas)

    def matter_of_project(self, project_id: str) -> Matter | None:
        """What rights to a project are held against; None when there is none."""
        row = self.one(SQL.matter_of_project, id=project_id)
        return Matter(*row) if row else None

    def lock_unwatched_tasks(self, limit: int) -> list[Task]:
        """Open tasks that have no ladder yet."""
        return [task_of(row) for row in self.dicts(SQL.lock_unwatched_tasks, limit=limit)]

    def watching(self) -> Watching | None:
        """The ladder in force for new tasks; None before any rules were loaded."""
        rules = self.rules()
        return Watching.of(rules) if rules else None

    def put_projects(self, projects: Iterable[Project]) -> None:
        self.write(SQL.put_projects, [vars(project) for project in projects])

    def put_tasks(self, tasks: Sequence[Task]) -> None:
        """Of a task that is there twice the last one."""
        self.write(SQL.put_tasks, list({task.task_id: _row(task) for task in tasks}.values()))

    def add_project_journal(self, rows: Sequence[Row]) -> None:
        self.write(SQL.add_project_journal, rows)


def task_of(row: Row) -> Task:
    """A task as the table has it."""
    ladder, quiet = (row.pop(name) for name in ("ladder", "quiet"))
    terms = copied([Step.of(step) for step in ladder or ()], Quiet.of(quiet), row["due_at"])
    return Task(**(row | {"terms": terms, "evidence": tuple(row["evidence"]), "watched": ladder is not None}))


def _row(task: Task) -> Row:
    row = {name: value for name, value in vars(task).items() if name not in ("terms", "watched")}
    ladder, quiet = [step.as_dict() for step in task.terms.ladder], task.terms.quiet
    row |= {"ladder": ladder if task.watched else None, "quiet": quiet.as_dict() if quiet else None}
    return row | {"next_step_at": task.next_step_at, "evidence": list(task.evidence)}
