"""Cards, failed checks, reworks and transfers have consequences: judged beside the line, each mark once."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from services.dispatch import messages
from services.dispatch.domain.assignment import Choice, Roster
from services.dispatch.domain.calendar import Calendar
from services.dispatch.domain.consequences import (
    HEAD,
    PENALTY,
    PROBLEM_CASE,
    RED,
    TRANSFER,
    YELLOW,
    Consequence,
    Mark,
    SoFar,
    Thresholds,
    follow,
)
from services.dispatch.domain.escalation import INTERVIEW
from services.dispatch.domain.limits import Quiet
from services.dispatch.domain.order import DISPATCHED, IN_PROGRESS, Order
from services.dispatch.domain.posts import LEADER
from services.dispatch.domain.supervision import lifted, silent_until
from services.dispatch.store import OpenWork, Row, Work
from services.dispatch.use_cases.recording import SAID_OF_A_CASE, Happened, lane_of, record
from shared.messaging.envelope import Event, new_id
from shared.rounds import work_off

AT_ONCE = 100  # marks in one transaction


class Judged(NamedTuple):
    """A consequence of a mark: whom it is about, who hears of it too."""

    mark: Row
    what: Consequence
    member_id: str
    copy_to: str | None
    measure_id: str


def judge_marks(open_work: OpenWork) -> int:
    """What follows from the marks that are due, unless another replica judges; gives how many were looked at. In the
    quiet hours nobody hears of what is not urgent: such marks wait for their end."""
    return work_off(_judge, open_work)


def _judge(work: Work) -> int:
    marks = work.marks_to_judge(AT_ONCE)
    calendar = work.calendar() if marks else None
    if calendar is None:
        return 0
    rules, now = work.rules(), work.now()
    cases = work.lock_cases(mark["case_id"] for mark in marks)
    quiet = Quiet.of(rules.get("quiet_hours"))
    later = {mark["id"]: _silent(quiet, cases[mark["case_id"]], calendar, now) for mark in marks}
    work.judged(later)
    due = [mark for mark in marks if later[mark["id"]] is None]
    found = _consequences(due, Thresholds.of(rules.get("supervision")), work)
    if found:
        _keep(found, cases, calendar, work)
    return len(marks)


def _silent(quiet: Quiet | None, case: Row, calendar: Calendar, now: dt.datetime) -> dt.datetime | None:
    excepted = quiet is None or case["level"] in quiet.excepted
    return None if excepted else silent_until(quiet, now, calendar)


def _consequences(marks: Sequence[Row], rules: Thresholds, work: Work) -> list[tuple[Row, Consequence]]:
    """What follows from each; a case becomes a problem case once."""
    problems, here = work.problem_cases(mark["case_id"] for mark in marks), Counter[tuple[str, str]]()
    found = []
    for row in marks:
        here[row["kind"], row["case_id"]] += 1
        here[row["kind"], row["unit"]] += 1
        yellows, reds = (row[f"{kind}s"] + here[kind, row["case_id"]] for kind in (YELLOW, RED))
        so_far = SoFar(yellows, reds, row["reds_in_a_row"] + here[RED, row["unit"]])
        mark = Mark(*(row[name] for name in Mark._fields))
        for what in follow(mark, so_far, rules):
            if what.measure != PROBLEM_CASE or row["case_id"] not in problems:
                found.append((row, what))
            if what.measure == PROBLEM_CASE:
                problems.add(row["case_id"])
    return found


def _keep(found: Sequence[tuple[Row, Consequence]], cases: dict[str, Row], calendar: Calendar, work: Work) -> None:
    current, now = work.current_orders(cases), work.now()
    units = {row["unit"] for row, _ in found}
    areas = work.areas_up([*units, *(case["grid_id"] for case in cases.values())])
    members = [row["member_id"] for row, _ in found] + [order.member_id for order in current.values()]
    roster = work.roster({area for around in areas.values() for area in around}, members)
    judged: list[Judged] = []
    happened: list[Happened] = []
    for row, what in found:
        order = current[row["case_id"]]
        lifts = what.measure == PROBLEM_CASE and row["kind"] == TRANSFER  # a rework was given to the one above already
        if lifts and order.state in (DISPATCHED, IN_PROGRESS):
            above = roster.above(order.member_id, areas.get(order.grid_id or "", ()), LEADER, order.returned_by)
            if above:
                moved = lifted(order, above, what.why, now, calendar)
                happened += [Happened(cases[row["case_id"]], change) for change in moved.changes]
                current[row["case_id"]] = order = moved.order
        judged.append(_about(row, what, order, roster, areas))
    # whoever leads the unit and has had the order, too, is interviewed once
    judged = list({(one.mark["id"], one.what.measure, one.member_id): one for one in judged}.values())
    record(happened, work, now)
    work.add_measures([_measure(one, now) for one in judged if one.what.measure != PENALTY])
    work.add_points([_points(one, now) for one in judged if one.what.points], calendar.zone)
    work.say(_event(one, current, cases, work) for one in judged if one.what.measure != PENALTY)
    work.count_said(list(cases.values()))


def _about(row: Row, what: Consequence, order: Order, roster: Roster, areas: dict[str, list[str]]) -> Judged:
    """An interview is proposed to the desk; of a problem case hears whoever has it now; of all else the unit's head."""
    head = roster.head(row["unit"]) or _id(roster.above(row["member_id"], areas.get(row["unit"], ()), LEADER))
    if what.measure == PROBLEM_CASE:
        member, copy = order.member_id or row["member_id"], head
    else:
        member = (head if what.about == HEAD else None) or row["member_id"]
        copy = _id(roster.desk(member)) if what.measure == INTERVIEW else head
    return Judged(row, what, member, copy if copy != member else None, new_id())


def _id(choice: Choice | None) -> str | None:
    return choice.member.member_id if choice else None


def _measure(one: Judged, now: dt.datetime) -> Row:
    row = {name: one.mark[name] for name in ("case_id", "order_id", "unit")}
    row |= {"measure_id": one.measure_id, "mark_id": one.mark["id"], "measure": one.what.measure}
    return row | {"member_id": one.member_id, "why": one.what.why, "at": now}


def _points(one: Judged, now: dt.datetime) -> Row:
    row = {name: one.mark[name] for name in ("case_id", "order_id", "unit", "member_id")}
    return row | {
        "points": one.what.points,
        "measure": one.what.measure,
        "why": one.what.why,
        "mark_id": one.mark["id"],
        "at": now,
    }


def _event(one: Judged, current: dict[str, Order], cases: dict[str, Row], work: Work) -> Event:
    case, order = cases[one.mark["case_id"]], current[one.mark["case_id"]]
    case["said"] += 1
    data = {name: case[name] for name in SAID_OF_A_CASE} | {"order_id": order.id, "round": order.round}
    data |= {"version": order.version, "due_at": order.due_at.isoformat() if order.due_at else None}
    data |= {"member_id": order.member_id, "measure_id": one.measure_id, "measure": one.what.measure}
    data |= {"why": one.what.why, "unit": one.mark["unit"], "points": one.what.points}
    data |= {"to_member_id": one.member_id, "copy_to_member_id": one.copy_to}
    return messages.WorkSupervised.say(work.address, case["number"], case["id"], case["said"], lane_of(case), **data)
