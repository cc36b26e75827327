"""Rosters are set and changed: rotations, somebody steps in, two members swap. Everything takes effect at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from services.dispatch.domain.calendar import DAY
from services.dispatch.domain.duty import Change, Roster
from services.dispatch.domain.roster_data import Problem, read_roster, read_rosters
from services.dispatch.domain.shift_import import LONGEST
from services.dispatch.domain.stretches import Stretch, without
from services.dispatch.errors import DutyRefused
from services.dispatch.store import OpenWork, Row, Work
from services.dispatch.use_cases.planning import AHEAD, locked_duty, plan_duty
from shared.messaging.envelope import new_id


def set_roster(roster_id: str, document: Any, by: str, open_work: OpenWork) -> dict[str, Any]:
    """One roster, new or changed. Raises DutyRefused with every mistake."""
    with open_work() as work:
        locked = locked_duty(work)
        roster, problems = read_roster({**document, "roster_id": roster_id}, work.known_to_rosters())
        if roster is None:
            raise DutyRefused([_reason(problem) for problem in problems])
        changed = _set([roster], by, work)
        plan_duty(locked, work)
        work.commit()
    return {"roster": roster.as_dict(), "changed": bool(changed)}


def load_rosters(document: Any, by: str, open_work: OpenWork) -> tuple[dict[str, int], list[Problem]]:
    """The rosters of a file; nothing happens when anything in it is wrong. Others stay: a roster ends by its
    `last_day`."""
    with open_work() as work:
        locked = locked_duty(work)
        rosters, problems = read_rosters(document, work.known_to_rosters())
        if problems:
            return {}, problems
        changed = _set(rosters, by, work)
        plan_duty(locked, work)
        work.commit()
    return {"rosters": len(rosters), "changed": len(changed)}, []


def override(body: dict[str, Any], by: str, open_work: OpenWork) -> dict[str, Any]:
    """For a stretch of a roster somebody is left out, somebody steps in, or both. Raises DutyRefused."""
    stretch = Stretch(body["starts_at"], body["ends_at"])
    members = ((body["out"], False), (body["in_"], True))
    changes = [Change(body["roster_id"], member, on, stretch) for member, on in members if member]
    with open_work() as work:
        together = make_changes(changes, "override", body["reason"], by, work)
        work.commit()
    return together


def swap(body: dict[str, Any], by: str, open_work: OpenWork) -> dict[str, Any]:
    """Two members of a roster take each other's shifts. Raises DutyRefused."""
    one, other = body["one"], body["other"]
    changes = []
    for gives, takes in ((one, other), (other, one)):
        stretch = Stretch(gives["starts_at"], gives["ends_at"])
        changes.append(Change(body["roster_id"], gives["member_id"], False, stretch))
        changes.append(Change(body["roster_id"], takes["member_id"], True, stretch))
    with open_work() as work:
        together = make_changes(changes, "swap", body["reason"], by, work)
        work.commit()
    return together


def make_changes(changes: Sequence[Change], kind: str, reason: str, by: str, work: Work) -> dict[str, Any]:
    """Changes that belong together: all of them, or DutyRefused with what is wrong."""
    locked, now = locked_duty(work), work.now()
    rosters = {roster.roster_id: roster for roster in work.rosters()}
    if reasons := _wrong(changes, rosters, now, work):
        raise DutyRefused(reasons)
    together = new_id()
    work.add_duty_changes(changes, {"together": together, "kind": kind, "reason": reason, "who": by, "at": now})
    plan_duty(locked, work)
    return {"together": together, "changes": len(changes)}


def _wrong(changes: Sequence[Change], rosters: dict[str, Roster], now: dt.datetime, work: Work) -> list[Row]:
    """What keeps the changes from being made. Whoever is left out must be on the roster all the time, and nobody steps
    in who is there already."""
    known, reasons = work.known_to_rosters().members, []
    for change in changes:
        start, end = change.stretch
        if change.roster_id not in rosters:
            return [_wrong_field("roster_id", f"there is no roster {change.roster_id!r}", "see the list of rosters")]
        if start >= end or end <= now:
            return [_wrong_field("ends_at", "the stretch ends before it begins, or is over", "give a later end")]
        if end > now + AHEAD * DAY or end - start > LONGEST:
            problem = f"duty is planned for {AHEAD} days, and no shift is longer than {LONGEST.days} days"
            return [_wrong_field("ends_at", problem, "give an earlier end")]
        if change.member_id not in known:
            reasons.append(
                _wrong_field("member_id", f"there is no member {change.member_id!r} who gets work", "correct it")
            )
            continue
        shifts = work.shifts_between(start, end)[change.roster_id].get(change.member_id, [])
        if not change.on and without([change.stretch], shifts):
            problem = f"{change.member_id} is not on {change.roster_id} for all of this time"
            reasons.append(
                _wrong_field("starts_at", problem, "give times within a shift, as the list of shifts has them")
            )
        if change.on and not without([change.stretch], shifts):
            problem = f"{change.member_id} is on {change.roster_id} then already"
            reasons.append(_wrong_field("member_id", problem, "choose somebody else"))
    return reasons


def _set(rosters: Sequence[Roster], by: str, work: Work) -> list[Roster]:
    """Those that are new or have changed are written, and journalled."""
    before = {roster.roster_id: roster for roster in work.rosters()}
    changed = [roster for roster in rosters if before.get(roster.roster_id) != roster]
    work.put_rosters(changed)
    work.add_duty_journal([_journal_row(before.get(one.roster_id), one, by, work.now()) for one in changed])
    return changed


def _journal_row(before: Roster | None, after: Roster, by: str, now: dt.datetime) -> Row:
    row: Row = {"at": now, "who": by, "what": "roster", "subject": after.roster_id}
    return row | {"before": before.as_dict() if before else None, "after": after.as_dict()}


def _reason(problem: Problem) -> Row:
    return _wrong_field(".".join(map(str, problem.place)), problem.problem, problem.repair)


def _wrong_field(field: str, problem: str, repair: str) -> Row:
    return {"field": field, "problem": problem, "repair": repair}
