"""What intake says about cases whose orders are open: they have ended, left the line, or are about something else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from services.dispatch import messages
from services.dispatch.domain import order as orders
from services.dispatch.domain.correction import correct
from services.dispatch.domain.order import AT_WORK, OVER, POOLED, RESOLVED, VERIFIED, Moved, Order
from services.dispatch.domain.policy import Matter
from services.dispatch.domain.words import both
from services.dispatch.store import OpenWork, Row, Work
from services.dispatch.use_cases.assigning import NOTHING_LOADED, UNKNOWN, Setting, outcomes, setting_for
from services.dispatch.use_cases.recording import Happened, record
from services.dispatch.use_cases.scoring import note_answers
from shared.messaging.message import Heard

DESCRIBING = ("level", "kind", "category", "title", "place_text", "grid_id", "desk_reason", "lon", "lat")
CORRECTED = (POOLED, *AT_WORK, RESOLVED)  # states of orders that follow a correction
# why work is taken from whoever has it
WHY = {
    messages.CaseClosed.TYPE: ("已直接答复或办结", "it was answered already"),
    messages.CaseMerged.TYPE: ("已并案", "it is handled together with another case"),
    messages.CaseTransferred.TYPE: ("已转交其他平台", "another platform has it now"),
    messages.CaseCancelled.TYPE: ("已撤销", "nobody wants it any more"),
}


def end_orders(heard: Sequence[Heard], open_work: OpenWork) -> list[str]:
    """Cases that have ended need no more work; what somebody still has in hand is withdrawn."""
    with open_work() as work:
        new, now = work.first_time(heard), work.now()
        cases, current, waiting = _gather(new, work)
        work.too_early(waiting, UNKNOWN)
        concerned = [m for m in _concerned(new, waiting) if not _reopened(m, current[m.case_id])]
        ended = [(m, current[m.case_id]) for m in concerned if current[m.case_id].state not in OVER]
        note_answers([m for m in concerned if m.event.type == messages.CaseClosed.TYPE], False, work)
        record([Happened(cases[m.case_id], c, m.event) for m, o in ended for c in _ended(m, o, now).changes], work, now)
        work.commit()
    return outcomes(heard, new, waiting)


def correct_orders(heard: Sequence[Heard], open_work: OpenWork) -> list[str]:
    """What cases are about was corrected: the copies here, and the open orders with their limits and handlers."""
    with open_work() as work:
        new, now = work.first_time(heard), work.now()
        cases, current, waiting = _gather(new, work)
        about = [m for m in _concerned(new, waiting) if (m.event.sequence or 0) > cases[m.case_id]["described"]]
        before = {m.case_id: cases[m.case_id]["grid_id"] for m in about}
        for message in about:
            described = {name: getattr(message, name) for name in DESCRIBING}
            cases[message.case_id] |= described | {"described": message.event.sequence}
        setting = setting_for([cases[m.case_id] for m in about], [current[m.case_id].member_id for m in about], work)
        if setting is None:
            waiting, about = [m for m in new if m.registered], []
        work.too_early(waiting, UNKNOWN if setting else NOTHING_LOADED)
        work.describe_cases([cases[m.case_id] for m in about])
        open_ones = [(m, current[m.case_id]) for m in about if current[m.case_id].state in CORRECTED]
        happened = [
            Happened(cases[m.case_id], change, m.event)
            for m, order in open_ones
            if setting
            for change in _corrected(m, order, cases[m.case_id], before[m.case_id], setting).changes
        ]
        record(happened, work, now)
        work.commit()
    return outcomes(heard, new, waiting)


def _gather(new: Sequence[Heard], work: Work) -> tuple[dict[str, Row], dict[str, Order], list[Heard]]:
    """The cases that these are about, their orders, and what comes before its case or round is known here."""
    cases = work.lock_cases(message.case_id for message in new if message.registered)
    current = work.current_orders(cases)
    orders_of = [(m, current.get(m.case_id)) for m in new if m.registered]
    return cases, current, [m for m, order in orders_of if order is None or order.round < m.round]


def _concerned(new: Sequence[Heard], waiting: Sequence[Heard]) -> list[Heard]:
    """A case that was never registered is none of dispatch's."""
    return [message for message in new if message.registered and message not in waiting]


def _reopened(message: Heard, order: Order) -> bool:
    """The reporter has objected since the case was closed: the next round is given out already."""
    return message.event.type == messages.CaseClosed.TYPE and message.round < order.round


def _ended(message: Heard, order: Order, now: dt.datetime) -> Moved:
    if order.state == VERIFIED and message.event.type == messages.CaseClosed.TYPE:
        return orders.closed(order)
    zh, en = WHY[message.event.type]
    return orders.withdrawn(order, both(zh, en), now)


def _corrected(message: Heard, order: Order, case: Row, before: str | None, setting: Setting) -> Moved:
    choice = None
    if case["grid_id"] != before and order.state != RESOLVED:
        choice = setting.roster.handler(Matter.of(case), order.returned_by)
    if choice and choice.member.member_id == order.member_id:
        choice = None
    fresh = setting.terms(case, order.started_at)
    return correct(order, case["level"], case["grid_id"], fresh, choice, message.why, setting.calendar, setting.now)
