"""Projects (项目推进): milestones that are reached and obstacles that are cleared off (销号), each with owner and date.

Progress is worked out from the weights of the milestones that somebody else than their owner has verified; nobody types
it. An obstacle is cleared off with evidence, and counts for no per cent: it is open or it is gone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from services.dispatch.domain.calendar import Calendar
from services.dispatch.domain.clock import RUNNING
from services.dispatch.domain.escalation import Step, Terms, redated
from services.dispatch.domain.limits import Duration, Quiet

MILESTONE, OBSTACLE = KINDS = ("milestone", "obstacle")
OPEN, DONE, VERIFIED, CANCELLED = STATES = ("open", "done", "verified", "cancelled")
FINISHED = "finished"  # of a project, beside open and cancelled
COLOURS = ("none", "blue", "yellow", "red")
WATCHED_STATE = "in_progress"  # a task is watched as an order is that its handler has taken on


@dataclass(frozen=True)
class Project:
    """What is undertaken, in which area, and who answers for it; `note` says what that member has undertaken."""

    project_id: str
    version: int
    name: str
    grid_id: str
    responsible_id: str
    note: str = ""
    cancelled_at: dt.datetime | None = None


@dataclass(frozen=True)
class Task:
    """A milestone with its weight, or an obstacle (weight 0), whose title is the problem. `terms`: its ladder as it was
    copied; `first_due_at`: the date that it was given first; `checker_id`: who is asked to check what is done;
    `watched`: it has its ladder."""

    task_id: str
    project_id: str
    kind: str
    title: str
    weight: int
    owner_id: str
    starts_at: dt.datetime
    due_at: dt.datetime
    first_due_at: dt.datetime
    terms: Terms
    version: int = 1
    state: str = OPEN
    supervision: str = "none"
    checker_id: str | None = None
    done_at: dt.datetime | None = None
    done_by: str | None = None
    verified_at: dt.datetime | None = None
    verified_by: str | None = None
    note: str = ""
    evidence: tuple[str, ...] = ()
    watched: bool = True

    @property
    def next_step(self) -> Step | None:
        """The step of the ladder that comes next, while nobody has done it."""
        return self.terms.next_step(WATCHED_STATE) if self.state == OPEN else None

    @property
    def next_step_at(self) -> dt.datetime | None:
        return step.at if (step := self.next_step) else None


def copied(ladder: Sequence[Step], quiet: Quiet | None, due_at: dt.datetime) -> Terms:
    """A ladder that is kept with a task, its steps dated or not."""
    return Terms(None, None, "", None, due_at, quiet, tuple(ladder))


def dated(
    ladder: Sequence[Step], quiet: Quiet | None, start: dt.datetime, due_at: dt.datetime, calendar: Calendar
) -> Terms:
    """A ladder whose steps come at shares of the time, on the clock on the wall, from `start` to `due_at`."""
    span = Duration((due_at - start).total_seconds(), "second")
    return redated(Terms(None, span, "", None, due_at, quiet, tuple(ladder)), start, RUNNING, calendar)


def is_late(task: Task, now: dt.datetime) -> bool:
    """Whether it was not done, or is not yet, when it was due."""
    return task.state != CANCELLED and (task.done_at or now) > task.due_at


def progress(tasks: Iterable[Task]) -> int:
    """Per cent: the weights of verified milestones out of those of all that are not cancelled, rounded down, so
    that 100 says that all are reached. Nothing else counts."""
    milestones = [task for task in tasks if task.kind == MILESTONE and task.state != CANCELLED]
    whole = sum(task.weight for task in milestones)
    return 100 * sum(task.weight for task in milestones if task.state == VERIFIED) // whole if whole else 0


def open_obstacles(tasks: Iterable[Task]) -> list[Task]:
    return [task for task in tasks if task.kind == OBSTACLE and task.state in (OPEN, DONE)]


def standing(project: Project, tasks: Sequence[Task], now: dt.datetime) -> dict[str, Any]:
    """How a project stands: its state, its progress, what is in the way, what is late."""
    per_cent, in_the_way = progress(tasks), open_obstacles(tasks)
    finished = per_cent == 100 and not in_the_way
    return {
        "state": CANCELLED if project.cancelled_at else FINISHED if finished else OPEN,
        "progress": per_cent,
        "obstacles_open": len(in_the_way),
        "obstacles_cleared": sum(task.kind == OBSTACLE and task.state == VERIFIED for task in tasks),
        "late": sum(is_late(task, now) for task in tasks if task.state in (OPEN, DONE)),
    }


def road(tasks: Iterable[Task], now: dt.datetime) -> list[dict[str, Any]]:
    """The milestones in the order of their dates (一张路线图): `share` is what each is of the whole, `by_then` how far
    the project is when all up to it are reached; per cent."""
    milestones = [task for task in tasks if task.kind == MILESTONE and task.state != CANCELLED]
    milestones.sort(key=lambda task: task.due_at)
    whole, passed, found = sum(task.weight for task in milestones), 0, []
    for task in milestones:
        passed += task.weight
        shares = {"share": round(100 * task.weight / whole, 1), "by_then": 100 * passed // whole}
        found.append(shown(task, now) | shares)
    return found


def shown(task: Task, now: dt.datetime) -> dict[str, Any]:
    """A task for readers."""
    hidden = ("terms", "evidence", "watched")
    row = {name: value for name, value in vars(task).items() if name not in hidden}
    return row | {
        "evidence": list(task.evidence),
        "late": is_late(task, now),
        "next_step_at": task.next_step_at,
    }
