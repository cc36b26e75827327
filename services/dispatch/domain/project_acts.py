"""What is done to a task of a project, and by whom: reported, checked by somebody else, moved, handed on, cancelled.

Four eyes: whoever owns a task, or has reported it done, does not check it; nobody moves, hands on or cancels their own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Container
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from services.dispatch.domain.assignment import Roster
from services.dispatch.domain.calendar import Calendar
from services.dispatch.domain.leave import Reason
from services.dispatch.domain.projects import (
    CANCELLED,
    COLOURS,
    DONE,
    OBSTACLE,
    OPEN,
    VERIFIED,
    Project,
    Task,
    dated,
    open_obstacles,
)
from services.dispatch.domain.words import both

ADDED, SUPERVISED = "added", "supervised"
ZH = {OPEN: "未完成", DONE: "待核查", VERIFIED: "已核查", CANCELLED: "已取消"}
STATE_FIELDS = ("state", "version")  # what is refused because of these is a matter of the moment, not of the body


@dataclass(frozen=True)
class Act:
    """What somebody wants to do; what an action does not ask for is empty."""

    by: str
    note: str = ""
    evidence: tuple[str, ...] = ()
    reason: str = ""
    due_at: dt.datetime | None = None
    owner_id: str = ""


@dataclass(frozen=True)
class Change:
    """What has happened to a task. `to_member_id`: whom it concerns beside its owner; `facts`: how it was before, or
    the step of the ladder."""

    what: str
    task: Task
    by: str
    why: str = ""
    evidence: tuple[str, ...] = ()
    to_member_id: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)


class Around(NamedTuple):
    """What deciding needs besides the task."""

    project: Project
    roster: Roster
    members: Container[str]
    calendar: Calendar
    now: dt.datetime


Decided = Change | Reason


def added(task: Task, by: str) -> Change:
    return Change(ADDED, task, by, facts={"due_at": task.due_at.isoformat(), "weight": task.weight})


def progressed(task: Task, act: Act, around: Around) -> Decided:
    """Its owner says how it goes."""
    return _not_in(task, OPEN) or _moved("progressed", task, act, {}, act.note, act.evidence)


def done(task: Task, act: Act, around: Around) -> Decided:
    """Reached, or cleared off, as whoever does it says; somebody is asked to check it."""
    if task.kind == OBSTACLE and not act.evidence:
        problem = both("销号须附证明材料", "an obstacle is cleared off with evidence")
        return Reason("evidence", problem, "send references of media")
    checker = checker_of(task, act.by, around)
    new = {"state": DONE, "done_at": around.now, "done_by": act.by, "checker_id": checker}
    new |= {"note": act.note, "evidence": act.evidence}
    return _not_in(task, OPEN) or _moved(DONE, task, act, new, act.note, act.evidence, checker)


def verified(task: Task, act: Act, around: Around) -> Decided:
    new = {"state": VERIFIED, "verified_at": around.now, "verified_by": act.by, "checker_id": None}
    return _not_in(task, DONE) or _own_work(task, act.by) or _moved(VERIFIED, task, act, new, act.note)


def sent_back(task: Task, act: Act, around: Around) -> Decided:
    """The check has failed: a yellow card at least, and the ladder goes on where it was."""
    colour = max(task.supervision, "yellow", key=COLOURS.index)
    new = {"state": OPEN, "supervision": colour} | NOT_DONE
    return _not_in(task, DONE) or _own_work(task, act.by) or _moved("sent_back", task, act, new, act.reason)


def moved(task: Task, act: Act, around: Around) -> Decided:
    """Another date: the ladder begins anew with what is left until then; the date that was given first is kept."""
    if wrong := _not_in(task, OPEN) or _own(task, act.by):
        return wrong
    start = max(task.starts_at, around.now)
    if act.due_at is None or act.due_at <= start:
        return Reason("due_at", both("新日期须晚于现在", "the date is over, or before it begins"), "give a later date")
    if act.due_at == task.due_at:
        return Reason("due_at", both("日期没有变化", "that is its date already"), "give another date")
    steps = [replace(step, at=None, fired_at=None, came=0) for step in task.terms.ladder]
    terms = dated(steps, task.terms.quiet, start, act.due_at, around.calendar)
    before = {"due_at": task.due_at.isoformat(), "supervision": task.supervision}
    new = {"due_at": act.due_at, "terms": terms, "supervision": "none"}
    return _moved("redated", task, act, new, act.reason, facts=before)


def handed_on(task: Task, act: Act, around: Around) -> Decided:
    """Somebody else owns it, with the date that it has."""
    if wrong := _not_in(task, OPEN) or _own(task, act.by):
        return wrong
    if act.owner_id == task.owner_id:
        return Reason("owner_id", both("责任人没有变化", "that is its owner already"), "name somebody else")
    if act.owner_id not in around.members:
        return Reason("owner_id", f"there is no member {act.owner_id[:40]!r}", "name a member on the roll")
    facts, new = {"owner_id": task.owner_id}, {"owner_id": act.owner_id}
    return _moved("handed_on", task, act, new, act.reason, to=task.owner_id, facts=facts)


def cancelled(task: Task, act: Act, around: Around) -> Decided:
    """It is not needed any more, or was a mistake."""
    if wrong := _not_in(task, OPEN, DONE) or _own(task, act.by):
        return wrong
    return given_up(task, act.by, act.reason)


def given_up(task: Task, by: str, why: str) -> Change:
    """Cancelled, by itself or with its project."""
    new = {"state": CANCELLED} | NOT_DONE
    return _moved(CANCELLED, task, Act(by), new, why, facts={"state": task.state})


NOT_DONE: dict[str, Any] = {"done_at": None, "done_by": None, "checker_id": None, "note": "", "evidence": ()}
OWN, MANAGE, CHECK = "own", "manage", "check"  # whose it is to do it, beside the desk and the leaders of the area
ACTIONS: dict[str, tuple[str, Callable[[Task, Act, Around], Decided]]] = {
    "progress": (OWN, progressed),
    "done": (OWN, done),
    "verify": (CHECK, verified),
    "send-back": (CHECK, sent_back),
    "redate": (MANAGE, moved),
    "reassign": (MANAGE, handed_on),
    "cancel": (MANAGE, cancelled),
}


def may_do(action: str, task: Task, project: Project) -> tuple[str | None, ...]:
    """The members who may, because it is theirs: the owner reports, whoever is asked checks, who answers for the
    project does all of it (within four eyes)."""
    own = {OWN: task.owner_id, CHECK: task.checker_id}.get(ACTIONS[action][0])
    return (project.responsible_id, own)


def stopped(project: Project, tasks: list[Task], by: str, why: str) -> list[Change] | Reason:
    """A project ends before it is finished: refused while anything is in the way, for that would be swept under the
    carpet; its milestones that are not reached are cancelled with it."""
    if project.cancelled_at:
        return Reason("state", both("项目已取消", "it is cancelled already"), "look at it again")
    if in_the_way := open_obstacles(tasks):
        named = "; ".join(f"{task.title} ({task.owner_id}, {task.state})" for task in in_the_way[:20])
        problem = both(f"还有 {len(in_the_way)} 个问题未销号", f"{len(in_the_way)} obstacles are open") + f": {named}"
        return Reason("state", problem, "clear them off first, or cancel each with its reason")
    return [given_up(task, by, why) for task in tasks if task.state in (OPEN, DONE)]


def checker_of(task: Task, by: str, around: Around) -> str | None:
    """Who is asked to check: whoever answers for the project; if that is the owner, or has reported it, somebody of the
    owner's unit, a checker, or the desk; None when nobody else is there."""
    if around.project.responsible_id not in (task.owner_id, by):
        return around.project.responsible_id
    owner = around.roster.member(task.owner_id)
    for choice in (around.roster.checker(owner.unit if owner else None, task.owner_id), around.roster.desk(by)):
        if choice and choice.member.member_id not in (task.owner_id, by):
            return choice.member.member_id
    return None


def _moved(
    what: str,
    task: Task,
    act: Act,
    new: dict[str, Any],
    why: str,
    evidence: tuple[str, ...] = (),
    to: str | None = None,
    facts: dict[str, Any] | None = None,
) -> Change:
    after = replace(task, version=task.version + 1, **new)
    return Change(what, after, act.by, why, evidence, to, facts or {})


def _not_in(task: Task, *states: str) -> Reason | None:
    if task.state in states:
        return None
    return Reason("state", both(f"该任务{ZH[task.state]}", f"it is {task.state}"), "look at it again")


def _own_work(task: Task, by: str) -> Reason | None:
    if by not in (task.owner_id, task.done_by):
        return None
    problem = both("不能核查自己完成的任务", "nobody checks what they own or have reported done")
    return Reason("by", problem, "ask whoever answers for the project, a leader or the desk")


def _own(task: Task, by: str) -> Reason | None:
    if by != task.owner_id:
        return None
    problem = both("不能变更自己的任务", "nobody moves, hands on or cancels their own task")
    return Reason("by", problem, "ask whoever answers for the project, a leader or the desk")
