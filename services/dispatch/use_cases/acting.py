"""Members act on their work orders; every command gets an answer, and is done once however often it comes."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from marshmallow import ValidationError

from services.dispatch import messages
from services.dispatch.domain.actions import act, in_own_order
from services.dispatch.domain.deciding import Action, Circumstances, Past, Position, Refused, refused
from services.dispatch.domain.order import Moved, Order
from services.dispatch.domain.words import both
from services.dispatch.errors import ActionUnreadable
from services.dispatch.store import OpenWork, Row, Work
from services.dispatch.use_cases.recording import Happened, lane_of, record
from shared.messaging.arrival import Arrival
from shared.messaging.envelope import NORMAL, Unreadable, decode
from shared.outbox.unit_of_work import to_json
from shared.reasons import reasons_of

_ACTION = messages.Action()


class Answer(NamedTuple):
    """What a member is told about a command; `again`: it was answered before."""

    case: Row | None
    body: dict[str, Any]
    again: bool = False


def take_actions(arrivals: Sequence[Arrival], open_work: OpenWork) -> list[str]:
    """Actions that came by AMQP; what cannot be read is answered with the way to repair it."""
    with open_work() as work:
        work.unpark(arrivals)
        read = [_read(arrival, work) for arrival in arrivals]
        answers = iter(_take([action for action in read if isinstance(action, Action)], work))
        told = [next(answers) if isinstance(item, Action) else item for item in read]
        _tell([answer for answer in told if answer], work)
        work.commit()
    return ["unreadable" if a is None else "done" if a.body["accepted"] else "refused" for a in told]


def read_action(body: dict[str, Any], member_id: str) -> Action:
    """An action that came by HTTP. Raises ActionUnreadable."""
    return _action(body, member_id)


def take_read(actions: Sequence[Action], briefly: bool, open_work: OpenWork) -> list[dict[str, Any]]:
    """Actions that came by HTTP, of as many members; the answers are given at once, and said."""
    with open_work() as work:
        if briefly:
            work.wait_briefly()
        answers = _take(actions, work)
        _tell(answers, work)
        work.commit()
    return [answer.body for answer in answers]


def take_batch(bodies: Sequence[Any], member_id: str, open_work: OpenWork) -> list[dict[str, Any]]:
    """What a member did while offline, by HTTP: an answer for each, in the order in which they were given. What cannot
    be read is answered so; the others are done in the order of their own times."""
    with open_work() as work:
        read = [_readable(body, member_id) for body in bodies]
        answers = iter(_take([item for item in read if isinstance(item, Action)], work))
        told = [next(answers) if isinstance(item, Action) else item for item in read]
        _tell(told, work)
        work.commit()
    return [answer.body for answer in told]


def _readable(body: Any, member_id: str) -> Action | Answer:
    named = body if isinstance(body, dict) else {}
    try:
        return _action(named, member_id)
    except ActionUnreadable as error:
        return _unreadable(member_id, str(named.get("command_id", "")), str(named.get("action", "")), str(error))


def _read(arrival: Arrival, work: Work) -> Action | Answer | None:
    """The action, or the answer that it cannot be read, or None when nobody can be answered."""
    if not arrival.publisher:
        work.set_aside(arrival, "no user_id: publish actions with the property user_id, so that the broker checks it")
        return None
    command_id, kind = arrival.message_id or "", arrival.routing_key.rpartition(".")[2]
    try:
        event = decode(arrival.body)[0]
        command_id, kind = event.id, event.type.removeprefix("action.").removesuffix(".v1")
        return _action(event.data | {"command_id": command_id, "action": kind, "at": event.time}, arrival.publisher)
    except (Unreadable, IndexError) as error:
        why = str(error) or "the batch is empty"
    except ActionUnreadable as error:
        why = str(error)
    return _unreadable(arrival.publisher, command_id, kind, why)


def _unreadable(member_id: str, command_id: str, kind: str, why: str) -> Answer:
    body = {"member_id": member_id, "command_id": command_id[:200], "action": kind[:40], "accepted": False}
    return Answer(None, body | {"reason_code": "unreadable", "reason": both(f"无法读取:{why}", f"unreadable: {why}")})


def _action(body: dict[str, Any], member_id: str) -> Action:
    try:
        read = _ACTION.load(body)
    except ValidationError as error:
        raise ActionUnreadable(reasons_of(error)) from error
    read |= {name: tuple(read[name]) for name in ("evidence", "before")}
    order_id, place = read["order_id"], read["position"]
    read |= {"order_id": str(order_id) if order_id else None, "position": Position(**place) if place else None}
    return Action(member_id=member_id, **read)


def _take(given: Sequence[Action], work: Work) -> list[Answer]:
    """Decide and record them one after the other, those of one member in the order of that member's times; each finds
    what those before it have changed. The answers are in the order of what was given."""
    order = in_own_order(given)
    answers = _decide([given[place] for place in order], work)
    return [answer for _, answer in sorted(zip(order, answers, strict=True), key=lambda pair: pair[0])]


def _decide(actions: Sequence[Action], work: Work) -> list[Answer]:
    by_order, by_number = work.find_cases(
        (a.order_id for a in actions if a.order_id), (a.number for a in actions if a.number)
    )
    wanted = [by_order.get(a.order_id or "") or by_number.get(a.number or "") for a in actions]
    cases = work.lock_cases(case_id for case_id in wanted if case_id)
    current = work.current_orders(cases)
    known = work.known_commands([(a.member_id, a.command_id) for a in actions])
    around = _around(actions, wanted, cases, current, work)
    answers, happened = [], []
    for action, case_id in zip(actions, wanted, strict=True):
        key, digest = (action.member_id, action.command_id), _digest(action)
        if key in known:
            answers.append(_answered_before(known[key], digest, action, cases.get(case_id or "")))
            continue
        order = current.get(case_id or "")
        decided = act(order, action, around) if around else NO_CALENDAR
        if isinstance(decided, Moved) and case_id:
            current[case_id] = order = decided.order
            happened += [Happened(cases[case_id], change, None, action.at) for change in decided.changes]
            if around and order.id in around.since:
                around.since[order.id].extend(Past(c.order.version, c.kind, c.who) for c in decided.changes)
        body = _body(action, order, None if isinstance(decided, Moved) else decided)
        known[key] = {"member_id": key[0], "command_id": key[1], "digest": digest, "answer": body}
        answers.append(Answer(cases.get(case_id or ""), body))
    now = around.now if around else work.now()
    record(happened, work, now)
    new = [answer.body for answer in answers if not answer.again]
    work.add_commands([_command_row(body, known, now) for body in new])
    return answers


CHOOSING = ("return",)  # actions after which the town's policies say who gets the order
NO_CALENDAR = refused("no_calendar", "尚未加载日历,请联系运维", "no calendar is loaded: tell the operator")


def _around(
    actions: Sequence[Action],
    wanted: Sequence[str | None],
    cases: dict[str, Row],
    current: dict[str, Order],
    work: Work,
) -> Circumstances | None:
    in_force = work.conduct()
    if in_force is None:
        return None
    calendar, conduct = in_force
    units = [case["grid_id"] for case in cases.values()] + [action.to for action in actions if action.to]
    members = [order.member_id for order in current.values()] + [a.member_id for a in actions if a.action == "claim"]
    policies = work.policies() if any(action.action in CHOOSING for action in actions) else None
    roster = work.roster(units, members, policies, [case["service"] for case in cases.values()])
    since = _since(actions, [current.get(case_id or "") for case_id in wanted], work)
    return Circumstances(roster, calendar, work.now(), conduct, cases, since)


def _since(actions: Sequence[Action], orders: Sequence[Order | None], work: Work) -> dict[str, list[Past]]:
    """What has happened to orders since members saw them, where a member names an older version; and, to be filled
    while the batch is decided, an empty list for each order that several of its actions are about with a version."""
    named = [(o, a.version) for o, a in zip(orders, actions, strict=True) if o and a.version is not None]
    oldest: dict[str, int] = {}
    for order, version in named:
        if version < order.version:
            oldest[order.id] = min(version, oldest.get(order.id, version))
    return {order.id: [] for order, _ in named} | work.journal_since(oldest)


def _answered_before(row: Row, digest: str, action: Action, case: Row | None) -> Answer:
    if row["digest"] == digest:
        return Answer(case, row["answer"], again=True)
    why = refused("command_reused", "命令编号已用于其他操作,请换新编号", "this command id was used for something else")
    return Answer(case, _body(action, None, why), again=True)


def _body(action: Action, order: Order | None, why: Refused | None) -> dict[str, Any]:
    return {
        "member_id": action.member_id,
        "command_id": action.command_id,
        "action": action.action,
        "accepted": why is None,
        "reason_code": why.code if why else None,
        "reason": why.reason if why else None,
        "order_id": order.id if order else action.order_id,
        "number": order.number if order else action.number,
        "order_state": order.state if order else None,
        "version": order.version if order else None,
    }


def _command_row(body: dict[str, Any], known: dict[tuple[str, str], Row], now: dt.datetime) -> Row:
    row = known[body["member_id"], body["command_id"]]
    return row | {"accepted": body["accepted"], "answered_at": now}


def _digest(action: Action) -> str:
    """Of what is wanted: the same command may be sent again with another time."""
    return hashlib.sha256(to_json(vars(replace(action, at=None))).encode()).hexdigest()


def _tell(answers: Sequence[Answer], work: Work) -> None:
    work.say(
        messages.ActionAnswered.say(
            work.address,
            answer.body.get("number") or answer.body["member_id"],
            answer.case["id"] if answer.case else None,
            None,
            lane_of(answer.case) if answer.case else NORMAL,
            **answer.body,
        )
        for answer in answers
    )
