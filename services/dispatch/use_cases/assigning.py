"""Cases get members: when they are registered, and again when the reporter is not content."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

from services.dispatch.domain import order as orders
from services.dispatch.domain import pool, starting
from services.dispatch.domain.assignment import Choice, Roster, with_words
from services.dispatch.domain.calendar import Calendar
from services.dispatch.domain.escalation import Rules, Terms, terms
from services.dispatch.domain.limits import Duration
from services.dispatch.domain.order import WITHDRAWN, Moved, Order
from services.dispatch.domain.policy import Matter
from services.dispatch.domain.serving import limit_of
from services.dispatch.store import OpenWork, Row, Work
from services.dispatch.use_cases.moving import bring_up_to_date
from services.dispatch.use_cases.recording import Happened, record
from services.dispatch.use_cases.scoring import note_answers
from services.dispatch.use_cases.serving import Ordered, keep_ordered, take_orders, with_appointment
from shared.messaging.envelope import new_id
from shared.messaging.message import Heard

NOTHING_LOADED = "no rules or no calendar in force: load the town and a rule set"
NOBODY = "there is nobody to give it to, not even at the desk"
Given = tuple[Heard, Row, Moved]  # the message, its case, the order that comes of it
UNKNOWN = "the case, or its last round, is not known here yet, or nobody is there to handle it"


class Setting:
    """What every new order needs: the rules, the calendar, the categories' own limits, who could get it, the clock."""

    def __init__(
        self, rules: Rules, calendar: Calendar, limits: dict[str, Duration | None], roster: Roster, now: dt.datetime
    ):
        self.roster, self.calendar, self.now = roster, calendar, now
        self._rules, self._limits = rules, limits
        self._terms: dict[tuple[str, str, str, dt.datetime, Duration | None], Terms] = {}

    def terms(self, case: Row, start: dt.datetime) -> Terms:
        """The terms of an order that starts then; worked out once for all cases of a batch that are alike."""
        level, kind, category, ordered = case["level"], case["kind"], case["category"], limit_of(case.get("service"))
        alike = level, kind, category, start, ordered
        if alike not in self._terms:
            own = self._limits.get(category)
            self._terms[alike] = terms(self._rules, self.calendar, level, kind, category, own, start, ordered)
        return self._terms[alike]


def assign_work(heard: Sequence[Heard], open_work: OpenWork) -> list[str]:
    """Registered cases become work orders: the right member, with the reason and the limits that hold now.

    A case may be registered once more for a later round, after it was merged or with another platform."""
    with open_work() as work:
        new = work.first_time(heard)
        again = [message.case_id for message in new if message.round > 1]
        known = work.lock_cases(again) if again else {}
        cases = [_case_row(message, known) for message in new]
        ordered = take_orders(list(zip(new, cases, strict=True)), work)
        setting = setting_for(cases, [message.reported_by for message in new], work)
        given: list[Given] = []
        waiting: list[Heard] = []
        for message, case in zip(new, cases, strict=True):
            moved = _first_order(message, case, setting, ordered.get(case["id"])) if setting else None
            if moved:
                given.append((message, case, moved))
            else:
                waiting.append(message)
        work.too_early(waiting, NOBODY if setting else NOTHING_LOADED)
        _record(given, work, new_cases=True)
        keep_ordered([ordered[case["id"]] for _, case, _ in given if case["id"] in ordered], work)
        if setting:
            work.add_active(
                (message.reported_by for message, _, _ in given if message.reported_by), setting.calendar.zone
            )
        work.commit()
    return outcomes(heard, new, waiting)


def assign_again(heard: Sequence[Heard], open_work: OpenWork) -> list[str]:
    """The reporter is not content: a new order for the next round, with the same handler where possible."""
    with open_work() as work:
        new = work.first_time(heard)
        cases = work.lock_cases(message.case_id for message in new)
        current = work.current_orders(cases)
        areas = work.areas_up(case["grid_id"] for case in cases.values())
        units = {*(order.unit for order in current.values()), *(area for around in areas.values() for area in around)}
        setting = setting_for(
            list(cases.values()), [order.member_id for order in current.values()], work, sorted(units)
        )
        given: list[Given] = []
        waiting: list[Heard] = []
        for message in new:
            order = current.get(message.case_id)
            if order and (order.round >= message.round or order.state == WITHDRAWN):
                continue  # the case has left the line meanwhile
            if moved := _next_order(message, cases, order, setting, areas):
                given.append((message, cases[message.case_id], moved))
            else:
                waiting.append(message)
        work.too_early(waiting, UNKNOWN if setting else NOTHING_LOADED)
        note_answers([message for message, _, _ in given], True, work)
        _record(given, work)
        work.commit()
    return outcomes(heard, new, waiting)


def _case_row(message: Heard, known: dict[str, Row]) -> Row:
    row = {name: getattr(message, name) for name in ("number", "level", "kind", "category", "title", "place_text")}
    row |= {name: getattr(message, name) for name in ("grid_id", "desk_reason", "lon", "lat", "source")}
    before = known.get(message.case_id) or {"said": 0, "service": None}
    row |= {"said": before["said"], "service": before["service"]}
    return row | {"id": message.case_id, "described": message.event.sequence or 0}


def setting_for(
    cases: Sequence[Row], members: Sequence[str | None], work: Work, units: Sequence[str] = ()
) -> Setting | None:
    """What orders of these cases need, from their grids and these units; None before rules and calendar were loaded."""
    rules, calendar = work.order_rules(), work.calendar()
    if rules is None or calendar is None:
        return None
    services = [case["service"] for case in cases]
    roster = work.roster([*(case["grid_id"] for case in cases), *units], members, rules.policies, services)
    unmanned = {case["grid_id"] for case in cases if case["grid_id"] and not roster.mans(case["grid_id"])}
    if unmanned and bring_up_to_date(cases, unmanned, work):  # split or merged, and who said the case has not heard it
        roster = work.roster([*(case["grid_id"] for case in cases), *units], members, rules.policies, services)
    return Setting(rules, calendar, work.category_limits(case["category"] for case in cases), roster, work.now())


def _first_order(message: Heard, case: Row, setting: Setting, ordered: Ordered | None) -> Moved | None:
    """The order of a case that is new here, or once more, with its appointment; what was settled on the spot waits for
    its check."""
    finder = setting.roster.finder(message.reported_by) if message.settled else None
    checker = setting.roster.checker(case["grid_id"], finder.member.member_id) if finder else None
    if finder is None or checker is None:
        moved = _given_out(case, message.round, setting)
        return with_appointment(moved, ordered) if moved and ordered else moved
    started = _order(case, message.round, finder, setting, settled=True)
    note, evidence = message.settled.get("note", ""), tuple(message.settled.get("evidence") or ())
    done = orders.resolved(
        started.order, finder.member.member_id, checker, note, evidence, setting.now, setting.calendar
    )
    return Moved(done.order, (*started.changes, *done.changes))


def _next_order(
    message: Heard,
    cases: dict[str, Row],
    last: Order | None,
    setting: Setting | None,
    areas: Mapping[str, Sequence[str]],
) -> Moved | None:
    """The order of the next round: for the same handler, unit or superior if one of them is on duty."""
    if setting is None or last is None or last.round + 1 != message.round:
        return None
    case = cases[message.case_id]
    above = areas.get(case["grid_id"] or "", ()) if message.to == "superior" else None
    choice = setting.roster.again(last.member_id, last.unit, Matter.of(case), message.round, above)
    if choice is None:
        return _given_out(case, message.round, setting)
    choice = replace(choice, why=with_words(choice.why, message.text, message.reasons_text))
    moved = _order(case, message.round, choice, setting)
    return moved if choice.member.member_id == last.member_id else starting.not_to(moved, last.member_id)


def _given_out(case: Row, round_: int, setting: Setting) -> Moved | None:
    """The order as the town's policy has it: offered to several, or given to one; None when there is nobody."""
    if offered := pool.offered(case, new_id(), round_, setting.terms(case, setting.now), setting):
        return offered
    choice = setting.roster.handler(Matter.of(case))
    return _order(case, round_, choice, setting) if choice else None


def _order(case: Row, round_: int, choice: Choice, setting: Setting, settled: bool = False) -> Moved:
    return starting.start(case, new_id(), round_, choice, setting.terms(case, setting.now), setting.now, settled)


def _record(given: Sequence[Given], work: Work, new_cases: bool = False) -> None:
    happened = [Happened(row, change, message.event) for message, row, moved in given for change in moved.changes]
    record(happened, work, work.now(), new_cases)


def outcomes(heard: Sequence[Heard], new: Sequence[Heard], waiting: Sequence[Heard]) -> list[str]:
    """What became of each message, in order: done, too_early, or known already."""
    fresh, early = {id(message) for message in new}, {id(message) for message in waiting}
    return ["known" if id(m) not in fresh else "too_early" if id(m) in early else "done" for m in heard]
