"""A step of the ladder comes for a task of a project: who hears it, which colour it shows. It stays with its owner."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from services.dispatch.domain.assignment import WORKER, Roster
from services.dispatch.domain.calendar import Calendar
from services.dispatch.domain.escalation import Step
from services.dispatch.domain.project_acts import SUPERVISED, Change
from services.dispatch.domain.project_rules import Watching
from services.dispatch.domain.projects import COLOURS, OBSTACLE, Task, dated
from services.dispatch.domain.words import both


def watched(task: Task, watching: Watching, calendar: Calendar) -> Task:
    """A task that was entered before any rules were in force, with the ladder of those that have come."""
    terms = dated(watching.ladder, watching.quiet, task.starts_at, task.due_at, calendar)
    return replace(task, terms=terms, watched=True)


def supervised(task: Task, step: Step, roster: Roster, now: dt.datetime) -> Change:
    """The task after the step. Its owner hears every one; whom the step names above the owner hears it, too, or, when
    nobody is there, the owner alone."""
    colour = max(task.supervision, step.colour, key=COLOURS.index)
    new = replace(task, version=task.version + 1, supervision=colour, terms=task.terms.fired(step, now))
    facts = {"step": step.step, "measure": step.measure}
    return Change(SUPERVISED, new, "rule", _why(task, step), to_member_id=_above(task, step, roster), facts=facts)


def _above(task: Task, step: Step, roster: Roster) -> str | None:
    if step.to == WORKER:
        return None
    owner = roster.member(task.owner_id)
    unit = (owner.above or owner.unit) if owner else None
    above = roster.above(task.owner_id, unit, step.to)
    return above.member.member_id if above else None


def _why(task: Task, step: Step) -> str:
    zh, en = ("销号", "cleared off") if task.kind == OBSTACLE else ("完成", "reached")
    late_zh, late_en = (f",又过 {step.later.zh}", f" and {step.later.en} more") if step.later else ("", "")
    passed = f"{step.share:.0%}"
    return both(f"计划时间已过 {passed}{late_zh},仍未{zh}", f"not {en}: {passed} of its time{late_en} has passed")
