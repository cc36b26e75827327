"""A step of the ladder comes for a task of a project: who hears it, which colour it shows. It stays with its owner."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from services.dispatch.domain.assignment import Roster
from services.dispatch.domain.calendar import Calendar
from services.dispatch.domain.escalation import Step
from services.dispatch.domain.posts import WORKER
from services.dispatch.domain.project_acts import SUPERVISED, Change
from services.dispatch.domain.project_rules import Watching
from services.dispatch.domain.projects import COLOURS, OBSTACLE, Task, dated
from services.dispatch.domain.words import both


def watched(task: Task, watching: Watching, calendar: Calendar) -> Task:
    """A task that was entered before any rules were in force, with the ladder of those that have come."""
    terms = dated(watching.ladder, watching.quiet, task.starts_at, task.due_at, calendar)
    return replace(task, terms=terms, watched=True)


def supervised(
    task: Task, step: Step, roster: Roster, areas: Sequence[str], calendar: Calendar, now: dt.datetime
) -> Change:
    """The task after the step; `areas` are those that its owner works in, from the inside outwards. The owner hears
    every step; whom the step names above the owner hears it, too, or, when nobody is there, the owner alone. Points are
    of units that handle cases: a task gives none."""
    colour = max(task.supervision, step.colour, key=COLOURS.index)
    new = replace(task, version=task.version + 1, supervision=colour, terms=task.terms.fired(step, now, calendar))
    facts = {"step": step.step, "measure": step.measure}
    return Change(
        SUPERVISED, new, "rule", _why(task, step), to_member_id=_above(task, step, roster, areas), facts=facts
    )


def _above(task: Task, step: Step, roster: Roster, areas: Sequence[str]) -> str | None:
    level = step.copy if step.to == WORKER else step.to
    if level is None or level == WORKER:
        return None
    above = roster.above(task.owner_id, areas, level)
    return above.member.member_id if above else None


def _why(task: Task, step: Step) -> str:
    zh, en = ("销号", "cleared off") if task.kind == OBSTACLE else ("完成", "reached")
    late_zh, late_en = (f",又过 {step.later.zh}", f" and {step.later.en} more") if step.later else ("", "")
    passed = f"{step.share:.0%}"
    nth_zh, nth_en = (f"第 {step.came + 1} 次:", f"time {step.came + 1}: ") if step.came else ("", "")
    return both(
        f"{nth_zh}计划时间已过 {passed}{late_zh},仍未{zh}",
        f"{nth_en}not {en}: {passed} of its time{late_en} has passed",
    )
