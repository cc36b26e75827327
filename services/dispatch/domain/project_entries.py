"""Projects that are entered (one at the door, a town's file, the rows of a table): what becomes of each entry.

A head names what it changes. A task that is there already, by its kind and title, stays as the town has it by now: it
moves with a reason only.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from services.dispatch.domain.calendar import DAY, Calendar
from services.dispatch.domain.leave import Reason
from services.dispatch.domain.project_acts import Change, added
from services.dispatch.domain.project_rules import Watching
from services.dispatch.domain.projects import CANCELLED, MILESTONE, Project, Task, dated
from services.dispatch.domain.words import both

NEW, CHANGED, SAME, KEPT, REFUSED = "new", "changed", "same", "kept", "refused"
HEAD = ("name", "grid_id", "responsible_id", "note")
NEEDED = ("name", "grid_id", "responsible_id")
Moment = dt.date | dt.datetime  # a day of the town, or a moment with its zone
Entry = Mapping[str, Any]


class Given(NamedTuple):
    """An entry: where it stands (a row, or keys that lead to it), what it says of its project, and of a task."""

    place: Any
    head: Entry
    task: Entry | None = None


class Outcome(NamedTuple):
    """What became of an entry: new, changed, same, kept (the town has moved on), or refused with the reasons."""

    place: Any
    project_id: str
    outcome: str
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Known:
    """What there is, and what entries may name."""

    projects: dict[str, Project]
    tasks: dict[str, list[Task]]
    members: Container[str]
    areas: Container[str]
    calendar: Calendar
    watching: Watching | None  # None: no rules are in force yet
    now: dt.datetime


@dataclass
class Entered:
    """What comes of entries; with reasons in any outcome nothing of it may be kept."""

    outcomes: list[Outcome] = field(default_factory=list)
    projects: dict[str, Project] = field(default_factory=dict)  # new or changed, as they are now
    changes: list[Change] = field(default_factory=list)

    @property
    def refused(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.reasons]


def enter(given: Iterable[Given], ids: Iterable[str], known: Known, by: str, past: bool = False) -> Entered:
    """`ids`: one for each entry with a task; `past`: dates may be over, because the file is older than today."""
    found, ids, said = Entered(), iter(ids), dict[tuple[str, str], Any]()
    for one in given:
        reasons, outcome = _head(one.head, said, known, found)
        project_id = one.head["project_id"]
        if one.task is not None and outcome != KEPT:
            wrong, of_task = _task(project_id, one.task, next(ids), known, found, by, past)
            reasons, outcome = [*reasons, *wrong], of_task if outcome == SAME else outcome
        found.outcomes.append(Outcome(one.place, project_id, REFUSED if reasons else outcome, tuple(reasons)))
    return found


def _head(head: Entry, said: dict[tuple[str, str], Any], known: Known, found: Entered) -> tuple[list[Reason], str]:
    """What an entry says of its project, held against what others have said."""
    project_id = head["project_id"]
    before = found.projects.get(project_id) or known.projects.get(project_id)
    if before and before.cancelled_at:
        return [], KEPT
    own = {name: head[name] for name in HEAD if head.get(name) is not None}
    reasons = [
        Reason(name, both("同一文件中说法不一", f"another entry says {said[project_id, name]!r}"), "say it alike")
        for name, value in own.items()
        if said.setdefault((project_id, name), value) != value
    ]
    reasons += _wrong_head(own, known)
    if not before:
        reasons += [
            Reason(name, both("缺少", "a new project needs it"), "add it") for name in NEEDED if name not in own
        ]
    if reasons:
        return reasons, REFUSED
    after = replace(before, **own) if before else Project(project_id, 0, **own)
    if after == before:
        return [], SAME
    stored = known.projects.get(project_id)
    found.projects[project_id] = replace(after, version=stored.version + 1 if stored else 1)
    return [], CHANGED if stored else NEW


def _wrong_head(own: Entry, known: Known) -> list[Reason]:
    reasons = []
    if "grid_id" in own and own["grid_id"] not in known.areas:
        reasons.append(Reason("grid_id", f"there is no area {own['grid_id']!r}", "name an area of the town"))
    if "responsible_id" in own and own["responsible_id"] not in known.members:
        reasons.append(Reason("responsible_id", f"there is no member {own['responsible_id']!r}", "correct it"))
    return reasons


def _task(
    project_id: str, entry: Entry, task_id: str, known: Known, found: Entered, by: str, past: bool
) -> tuple[list[Reason], str]:
    """A task of an entry: new, or there already."""
    key = (entry["kind"], entry["title"])
    if any((c.task.project_id, c.task.kind, c.task.title) == (project_id, *key) for c in found.changes):
        return [Reason("title", both("重复", "it stands there twice"), "leave one of them out")], REFUSED
    task = made(project_id, entry, task_id, known)
    before = next((t for t in known.tasks.get(project_id, ()) if (t.kind, t.title) == key), None)
    if before:
        alike = _said(before) == _said(task) and before.state != CANCELLED
        return [], SAME if alike else KEPT
    if reasons := wrong_with(task, known, past):
        return reasons, REFUSED
    found.changes.append(added(task, by))
    return [], NEW


def made(project_id: str, entry: Entry, task_id: str, known: Known) -> Task:
    """The task that an entry describes, with the town's ladder of today; it begins now unless the entry says when."""
    calendar = known.calendar
    start = moment_of(entry["starts_at"], calendar) if entry.get("starts_at") else known.now
    due = moment_of(entry["due_at"], calendar, 1)
    watching = known.watching or Watching()
    terms = dated(watching.ladder, watching.quiet, min(start, due), due, calendar)
    weight = entry.get("weight") or (1 if entry["kind"] == MILESTONE else 0)
    task = Task(task_id, project_id, entry["kind"], entry["title"], weight, entry["owner_id"], start, due, due, terms)
    return replace(task, watched=known.watching is not None)


def wrong_with(task: Task, known: Known, past: bool = False) -> list[Reason]:
    """What keeps a task from being entered."""
    reasons = []
    if task.owner_id not in known.members:
        reasons.append(Reason("owner_id", f"there is no member {task.owner_id!r}", "name a member on the roll"))
    if task.due_at <= task.starts_at:
        reasons.append(Reason("due_at", both("截止须晚于开始", "it is due before it begins"), "correct the dates"))
    elif task.due_at <= known.now and not past:
        reasons.append(Reason("due_at", both("截止日期已过", "the date is over"), "give one that is to come"))
    if (task.weight > 0) != (task.kind == MILESTONE):
        problem = both("只有里程碑有权重", "milestones have a weight, obstacles have none")
        reasons.append(Reason("weight", problem, "correct it"))
    return reasons


def moment_of(value: Moment, calendar: Calendar, days: int = 0) -> dt.datetime:
    """A moment as it is; of a day its beginning on the town's clock, or with `days=1` its end."""
    if isinstance(value, dt.datetime):
        return value
    return dt.datetime.combine(value + days * DAY, dt.time(), calendar.zone)


def _said(task: Task) -> Sequence[Any]:
    return task.weight, task.owner_id, task.due_at
