"""Tasks of projects that nobody does in time: the ladder of supervision takes its steps."""

from __future__ import annotations

from services.dispatch.domain.project_watch import supervised, watched
from services.dispatch.store import OpenWork, Work
from services.dispatch.use_cases.project_recording import record_tasks
from shared.rounds import work_off

AT_ONCE = 100  # tasks in one transaction


def watch_tasks(open_work: OpenWork) -> int:
    """Take every step that is due, of tasks that no other replica is at; gives how many that were."""
    _give_ladders(open_work)
    return work_off(_take_steps, open_work)


def _give_ladders(open_work: OpenWork) -> None:
    """A town's folder is loaded before its rules: its projects are watched as soon as these are in force."""
    with open_work() as work:
        tasks = work.lock_unwatched_tasks(AT_ONCE)
        watching, calendar = (work.watching(), work.calendar()) if tasks else (None, None)
        if watching and calendar:
            work.put_tasks([watched(task, watching, calendar) for task in tasks])
            work.commit()


def _take_steps(work: Work) -> int:
    """The next step of each, by the database's clock."""
    tasks = work.lock_due_tasks(AT_ONCE)
    if not tasks:
        return 0
    calendar = work.calendar()
    if calendar is None:
        return 0
    projects = work.projects({task.project_id for task in tasks})
    owners, posts = {task.owner_id for task in tasks}, {}
    for member in map(work.roster((), owners).member, owners):
        posts |= {member.member_id: member.unit} if member else {}
    areas = work.areas_up({*posts.values(), *(project.grid_id for project in projects.values())})
    roster = work.roster({area for around in areas.values() for area in around}, owners)
    now = work.now()
    due = [(task, step) for task in tasks if (step := task.next_step) and step.at and step.at <= now]
    changes = []
    for task, step in due:
        # who works in no area (a department, somebody who has left) stands below whoever leads the project's
        around = areas.get(posts.get(task.owner_id, "")) or areas.get(projects[task.project_id].grid_id, [])
        changes.append(supervised(task, step, roster, around, calendar, now))
    record_tasks(changes, projects, work)
    return len(changes)
