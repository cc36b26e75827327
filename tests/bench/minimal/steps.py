"""The five services of the minimal chain: which rows each writes and what it says, with nothing decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import cycle
from typing import Any

import orjson

from services.board.store import SQL as BOARD
from services.callback.store import SQL as CALLBACK
from services.dispatch.store import SQL as DISPATCH
from services.intake.store import SQL as INTAKE
from services.notify.store import SQL as NOTIFY
from shared.messaging.envelope import new_id
from tests.bench.minimal.link import Data, Link, event_of, now

SEALED = "k1:" + "A" * 120  # as long as a sealed contact
UNDERSTOOD = [
    ["category", "9999", "nothing", ""],
    ["kind", "complaint", "report", ""],
    ["level", "P3", "category", "9999"],
    ["acceptance", "accept", "source", "hotline"],
    ["suggestion", "0103", "keywords", "垃圾"],
    ["place", "g001", "position", ""],
]
LADDER = [
    {"step": n, "when": "not_resolved", "after": 0.5, "later": None, "measure": "remind", "to": "worker"}
    | {"at": "2026-12-01T09:00:00+08:00", "fired_at": None}
    for n in range(1, 6)
]
STATES = {"intake.case_registered.v1": "accepted", "dispatch.work_assigned.v1": "dispatched"}
CASE: tuple[str, ...] = ("number", "kind", "level", "category", "title", "description", "place_text", "lon", "lat")
CASE += (
    "grid_id",
    "desk_reason",
    "source",
    "external_id",
    "media",
    "anonymous",
    "contact",
    "reported_by",
    "settled",
    "round",
    "hint",
)


def lane_of(level: str) -> str:
    return "urgent" if level in ("P1", "P2") else "normal"


def intake(link: Link) -> None:
    numbers = cycle(range(10**6))

    def case_of(event: Data) -> Data:
        data, at = event["data"], now()
        return {
            "id": new_id(),
            "number": f"20261123-{next(numbers):06d}{new_id()[-4:]}",
            "state": "accepted",
            "level": data.get("level", "P3"),
            "kind": data["kind"],
            "category": "9999",
            "title": data["title"],
            "description": data["description"],
            "place_text": data["place"]["text"],
            "lon": data["place"]["lon"],
            "lat": data["place"]["lat"],
            "grid_id": "g001",
            "desk_reason": None,
            "media": [],
            "source": "hotline",
            "external_id": data["external_id"],
            "anonymous": False,
            "contact": SEALED,
            "reported_by": None,
            "settled": None,
            "reported_at": at,
            "registered_at": at,
            "said": 2,
            "round": 1,
            "answers": {},
            "understood": UNDERSTOOD,
            "hint": None,
            "class_code": "99",
            "cell": 23_784_052_243,
        }

    def register(events: list[Data]) -> None:
        cases = [case_of(event) for event in events]
        link.rows(INTAKE.add_reports, rows=_dump([_report(case) for case in cases]))
        link.rows(INTAKE.case_numbers, count=len(cases))
        link.write(INTAKE.add_cases, cases)
        link.write(INTAKE.add_history, [step for case in cases for step in _steps(case)])
        for case in cases:
            data = {name: case[name] for name in CASE} | {"asks_reporter": True, "reported_at": case["reported_at"]}
            link.say("intake.case_registered.v1", case["number"], case["id"], 1, lane_of(case["level"]), data, None)
        _tell(link, [(case, "report_received", 1, 2, None) for case in cases])

    def fold(events: list[Data]) -> None:
        link.heard("intake.progress", events)
        ids = [event["correlationid"] for event in events]
        held = {row[0]: row for row in link.rows(INTAKE.lock_cases, ids=sorted(ids))}
        rows, steps, told = [], [], []
        for event in events:
            case_id, number, _, _, level, source, external_id = held[event["correlationid"]][:7]
            case = {"id": case_id, "number": number, "level": level, "source": source, "external_id": external_id}
            rows.append(case | _moved())
            steps.append(_step(case_id, "accepted", "dispatched", event["type"], event["data"]["member_id"]))
            told.append((case | {"state": "dispatched"}, "case_updated", 2, 3, event))
        link.write(INTAKE.add_history, steps)
        _tell(link, told)
        link.write(INTAKE.move_cases, rows)

    for lane in ("urgent", "normal"):
        link.hears(f"reports.hotline.{lane}", register, lanes=False)
    link.hears("progress", fold)


def _moved() -> Data:
    names = {"state": "dispatched", "round": 1, "heard_dispatch": 1, "heard_callback": 0, "said": 3, "at": now()}
    return names | {"solved": None, "satisfaction": None, "category": None}


def _report(case: Data) -> Data:
    row = {"id": new_id(), "source": "hotline", "external_id": case["external_id"], "case_id": case["id"]}
    row |= {"reported_at": case["reported_at"], "received_at": case["reported_at"]}
    return row | {"original": SEALED * 3, "grouped": False}


def _step(case_id: str, before: str | None, after: str, cause: str, who: str) -> Data:
    row = {"case_id": case_id, "at": now(), "round": 1, "from_state": before, "to_state": after}
    return row | {"cause": cause, "who": who, "note": ""}


def _steps(case: Data) -> list[Data]:
    first = _step(case["id"], None, "submitted", "report", "hotline")
    return [first, _step(case["id"], "submitted", "accepted", "rule", "rule")]


def _tell(link: Link, told: Sequence[tuple[Data, str, int, int, Data | None]]) -> None:
    pairs = _dump([{"source": c["source"], "external_id": c["external_id"]} for c, *_ in told])
    link.rows(INTAKE.number_feedback, rows=pairs)
    rows = []
    for case, kind, number, sequence, cause in told:
        words = {"state": case["state"], "open311_status": "open", "number": case["number"]}
        words |= {"text_zh": f"已受理,编号 {case['number']}。", "text_en": f"Accepted as {case['number']}."}
        row = {"id": new_id(), "source": case["source"], "external_id": case["external_id"], "number": number}
        rows.append(row | {"kind": kind, "case_id": case["id"], "body": words, "said_at": now()})
        data = {"source": case["source"], "external_id": case["external_id"], "feedback_id": row["id"], "kind": kind}
        data |= {"feedback_number": number, "again": False, "reasons": []} | words
        lane = lane_of(case["level"])
        link.say("intake.feedback_due.v1", case["number"], case["id"], sequence, lane, data, cause)
    link.write(INTAKE.add_feedback, rows)


def dispatch(link: Link) -> None:
    known = [m for (m,) in link.rows("SELECT member_id FROM members WHERE role = 'worker' ORDER BY 1")]
    members = cycle(known)
    considered = [{"member_id": name, "in_hand": 12, "lately": 3.5, "metres": 120} for name in known[:3]]
    why = "网格在岗网格员:9 人中在手最少(12 件) / workers on duty in g001: least open work (12) of 9"

    def assign(events: list[Data]) -> None:
        link.heard("dispatch.cases", events)
        cases, orders, assigned, journal = [], [], [], []
        for event in events:
            data, case_id, member, at = event["data"], event["correlationid"], next(members), now()
            case = {name: data[name] for name in ("number", "level", "kind", "category", "title", "place_text")}
            cases.append(case | {"grid_id": data["grid_id"], "id": case_id, "said": 1, "described": 1})
            order = {"id": new_id(), "case_id": case_id, "round": 1, "state": "dispatched", "version": 1}
            order |= {"member_id": member, "unit": "g001", "checker_id": None, "started_at": at, "ack_due_at": at}
            order |= {"due_at": at, "supervision": "none", "ladder": LADDER, "returned_by": [], "late_ack": False}
            order |= {"late": False, "next_step_at": "2026-12-01T09:00:00+08:00"}
            order |= {"limits": {"acknowledge": "2 working_hour", "resolve": "5 working_day", "because": "level P3"}}
            orders.append(order)
            one = {"order_id": order["id"], "role": "handler", "member_id": member, "unit": "g001", "why": why}
            one |= {"policy": "least_open", "considered": considered}
            assigned.append(one | {"since": at, "until": None, "end_reason": None, "ack_due_at": at})
            line = {"order_id": order["id"], "case_id": case_id, "at": at, "version": 1, "what": "assigned"}
            journal.append(line | {"to_state": "dispatched", "who": "rule", "note": why, "evidence": []})
            said = {name: case[name] for name in ("number", "level", "category", "title", "place_text")}
            said |= {"order_id": order["id"], "due_at": at, "ack_due_at": at, "round": 1, "version": 1, "why": why}
            said |= {"member_id": member, "unit": "g001", "settled": False, "grid_id": data["grid_id"]}
            kind, lane = "dispatch.work_assigned.v1", lane_of(data["level"])
            link.say(kind, data["number"], case_id, 1, lane, said, event)
        link.write(DISPATCH.add_cases, cases)
        link.write(DISPATCH.put_orders, orders)
        link.write(DISPATCH.add_assignments, assigned)
        link.write(DISPATCH.add_journal, journal)
        hands = Counter(order["member_id"] for order in orders)
        more = [{"member_id": member, "handling": n, "checking": 0, "given": n} for member, n in sorted(hands.items())]
        link.write(DISPATCH.count_in_hand, more)

    link.hears("cases", assign)


def callback(link: Link) -> None:
    def keep(events: list[Data]) -> None:
        rows = [event["data"] | {"id": event["correlationid"], "ordered": False} for event in events]
        link.write(CALLBACK.add_cases, rows)

    link.hears("cases", keep)


def notify(link: Link) -> None:
    def send(channel: str, exchange: str, items: list[tuple[str, str, Data]]) -> None:
        rows = [{"id": new_id(), "channel": channel, "item_id": item} for _, item, _ in items]
        link.write(NOTIFY.add_deliveries, rows)
        for row, (receiver, _, event) in zip(rows, items, strict=True):
            link.put(row["id"], exchange, receiver, event)

    def tell(events: list[Data]) -> None:
        link.heard("notify.work", events)
        counts = Counter(event["data"]["member_id"] for event in events)
        more = _dump([{"member_id": member, "more": n} for member, n in sorted(counts.items())])
        last = dict(link.rows(NOTIFY.count_notices, rows=more))
        rows, items = [], []
        for event in events:
            member, notice = event["data"]["member_id"], new_id()
            number, last[member] = last[member] - counts[member] + 1, last[member] + 1
            body = event["data"] | {"text_zh": "新任务:路口垃圾未清运,地点:球川镇,限时办结", "text_en": "New work"}
            row = {"id": notice, "member_id": member, "notice_number": number, "kind": "work_assigned", "body": body}
            rows.append(row | {"event_id": event["id"], "created_at": now()})
            out = event_of("notice.work_assigned.v1", link.address, body["number"], body | {"notice_number": number})
            items.append((member, notice, out))
        link.write(NOTIFY.add_notices, rows)
        send("member_queue", "members", items)

    def feed_back(events: list[Data]) -> None:
        link.heard("notify.feedback", events)
        rows, items = [], []
        for event in events:
            data = event["data"]
            row = {"id": data["feedback_id"], "source": data["source"], "thread": data["external_id"]}
            row |= {"number": data["feedback_number"], "kind": data["kind"], "body": data}
            rows.append(row)
            out = event_of(f"feedback.{data['kind']}.v1", link.address, data["number"], data)
            items.append((data["source"], row["id"], out))
        link.rows(NOTIFY.add_feedback, rows=_dump(rows))
        send("feedback_queue", "feedback", items)

    def keep(events: list[Data]) -> None:
        """Who may have subscribed to these; nobody has."""
        link.heard("notify.transitions", events)
        known = [event["data"] | {"described": 1} for event in events if event["type"] == "intake.case_registered.v1"]
        link.write(NOTIFY.put_cases, [case | {"sources": [case["source"]]} for case in known])

    def settle(ids: list[str]) -> None:
        link.rows(NOTIFY.settle_deliveries, rows=_dump([{"id": i, "outcome": "delivered"} for i in ids]))

    link.on_settled = settle
    link.hears("work", tell)
    link.hears("feedback", feed_back)
    link.hears("transitions", keep)


def board(link: Link) -> None:
    def keep(events: list[Data]) -> None:
        rows = [{"event_id": e["id"], "case_id": e["correlationid"], "said_at": e["time"]} | e for e in events]
        link.rows(BOARD.add_journal, rows=_dump(rows))
        folded: dict[str, Data] = {}
        for event in events:
            if event["type"] in STATES:
                service = event["type"].partition(".")[0]
                row = folded.setdefault(event["correlationid"], _nothing(event["correlationid"]))
                row |= {f"{service}_seq": event["sequence"], f"{service}_state": STATES[event["type"]]}
                row |= {name: event["data"].get(name) for name in ("number", "source", "level", "grid_id")}
        link.write(BOARD.fold_cases, list(folded.values()))

    link.hears("everything", keep)


def _nothing(case_id: str) -> Data:
    return {"id": case_id, "described": 1, "intake_seq": 0, "dispatch_seq": 0, "callback_seq": 0}


def _dump(rows: list[Any]) -> str:
    return orjson.dumps(rows, default=str).decode()


STEPS = {step.__name__: step for step in (intake, dispatch, callback, notify, board)}
