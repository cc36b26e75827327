"""What happened to orders is written and said: the order, its journal, its assignments, one message for each change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from services.dispatch import messages
from services.dispatch.domain.consequences import RED, did_well, mark_of
from services.dispatch.domain.order import HANDLER, VERIFIED, WITHDRAWN, Change, Order
from services.dispatch.domain.serving import is_green
from services.dispatch.store import Row, Work
from shared.messaging.envelope import NORMAL, URGENT, Event

SAID_OF_A_CASE = ("number", "level", "category", "title", "place_text", "grid_id")


class Happened(NamedTuple):
    """One change of an order. `cause` is the message that led to it, `done_at` the member's own clock."""

    case: Row
    change: Change
    cause: Event | None = None
    done_at: dt.datetime | None = None


def record(happened: Sequence[Happened], work: Work, now: dt.datetime, new_cases: bool = False) -> None:
    """Everything about these changes, in their order; their cases are locked, or new and added here."""
    handlers = work.handlers_of([one.change.order.id for one in happened if one.change.kind == VERIFIED])
    work.say(event for one in happened if (event := _event(one, work, handlers)) is not None)
    cases = list({one.case["id"]: one.case for one in happened}.values())
    work.add_cases(cases) if new_cases else work.count_said(cases)
    orders: dict[str, Order] = {one.change.order.id: one.change.order for one in happened}
    more_in_hand = work.put_orders(list(orders.values()))
    starts, ends = _assignments([one.change for one in happened], now)
    work.end_assignments(ends)
    work.add_assignments(starts)
    work.put_requests([(one.change.order, request) for one in happened for request in one.change.requests])
    work.put_assists([(one.change.order, assist) for one in happened for assist in one.change.assists])
    work.add_journal([_journal_row(one, now) for one in happened])
    _free_seats([one for one in happened if one.change.order.state == WITHDRAWN], work, now)
    _mark(happened, work, now)
    work.count_in_hand(more_in_hand, (row["member_id"] for row in starts if row["role"] == HANDLER))


def _mark(happened: Sequence[Happened], work: Work, now: dt.datetime) -> None:
    """What counts of it, for supervision."""
    marks = []
    for one in happened:
        rework = one.cause is not None and one.cause.type == messages.ReworkAsked.TYPE
        problem = rework and bool(one.cause and one.cause.data.get("problem"))
        if mark := mark_of(one.change, rework, problem):
            marks.append(mark._asdict() | {"case_id": one.case["id"], "order_id": one.change.order.id, "at": now})
    work.add_marks(marks)
    good = [one.change.order.unit for one in happened if did_well(one.change)]
    work.note_units([mark["unit"] for mark in marks if mark["kind"] == RED], good)


def _free_seats(withdrawn: Sequence[Happened], work: Work, now: dt.datetime) -> None:
    """Whose work is not wanted any more needs no appointment."""
    services = {one.case["id"]: one.case["service"] for one in withdrawn if (one.case["service"] or {}).get("slot")}
    if services:
        work.end_appointments(services, "cancelled", withdrawn[0].change.who, now)
        work.put_service({case_id: service | {"slot": None} for case_id, service in services.items()})


def _event(one: Happened, work: Work, handlers: Mapping[str, Sequence[str]]) -> Event | None:
    """The message about a change, counted on its case; a closed order is no news, because intake has said it."""
    case, change = one.case, one.change
    kind = messages.SAID.get(change.kind)
    if kind is None:
        return None
    case["said"] += 1
    order = change.order
    due_at = order.due_at.isoformat() if order.due_at else None
    data = {name: case[name] for name in SAID_OF_A_CASE} | {"order_id": order.id, "due_at": due_at}
    data |= {"round": order.round, "version": order.version} | change.said
    if change.kind == VERIFIED:
        data |= {"unit": order.unit, "handlers": list(handlers.get(order.id, ()))}
    return kind.say(work.address, case["number"], case["id"], case["said"], lane_of(case), one.cause, **data)


def _assignments(changes: Sequence[Change], now: dt.datetime) -> tuple[list[Row], list[Row]]:
    """Assignments to add, and active ones to end; what starts and ends in the same batch is added with its end."""
    starts: list[Row] = []
    ends: list[Row] = []
    active: dict[tuple[str, str], Row] = {}
    for change in changes:
        for role, reason in change.ends:
            end = {"until": now, "end_reason": reason}
            if started := active.pop((change.order.id, role), None):
                started.update(end)
            else:
                ends.append({"order_id": change.order.id, "role": role} | end)
        for role, choice in change.starts:
            member = choice.member
            row: Row = {"order_id": change.order.id, "role": role, "member_id": member.member_id, "unit": member.unit}
            row |= {"why": choice.why, "policy": choice.policy, "considered": list(choice.considered)}
            row |= {"since": now, "until": None, "end_reason": None}
            row |= {"ack_due_at": change.order.ack_due_at if role == HANDLER else None}
            active[change.order.id, role] = row
            starts.append(row)
    return starts, ends


def _journal_row(one: Happened, now: dt.datetime) -> dict[str, Any]:
    change = one.change
    return {
        "order_id": change.order.id,
        "case_id": change.order.case_id,
        "at": now,
        "done_at": one.done_at,
        "version": change.order.version,
        "what": change.kind,
        "from_state": change.before,
        "to_state": change.order.state,
        "who": change.who,
        "note": change.note,
        "evidence": list(change.evidence),
        "facts": change.facts or None,
    }


def lane_of(case: Row) -> str:
    """P1 and P2 travel in the urgent lane, and what goes by a green channel."""
    return URGENT if case["level"] in ("P1", "P2") or is_green(case["service"]) else NORMAL
