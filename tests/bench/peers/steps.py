"""The three steps as plain data, the same for every peer: what a message asks of the database, and what is said next.

Every id is derived from the report's own UUIDv7, so that a redelivery writes and says the very same thing again.
"""

from __future__ import annotations

import base64
import datetime as dt
import os
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import uuid_utils

Data = dict[str, Any]

SOURCE, CATEGORY = "hotline", "9999"
WEST, SOUTH, SIDE, GRIDS = 118.40, 28.92, 0.01, 4  # of the small town
URGENT_SHARE = 0.05
TITLES = ("路口垃圾未清运", "路灯不亮", "井盖松动", "占道经营", "下水道堵塞", "夜间施工噪声")
DETAIL = "现场有积水和散落的垃圾，行人和车辆通行不便，请尽快派人处理。联系人在附近等候。"
WHY = "网格在岗网格员:2 人中在手最少(0 件) / workers on duty: least open work (0) of 2"
LIMITS = '{"quiet":null,"because":"level P3","resolve":"1 day","acknowledge":"1 hour"}'
LADDER = orjson.dumps(
    [
        {"at": "2026-11-23T20:43:30.741391+00:00", "to": to, "step": step, "when": "not_acknowledged", "after": 1.0}
        | {"later": None, "measure": "escalate", "fired_at": None}
        for step, to in enumerate(("worker", "leader", "desk", "worker", "leader", "leader", "desk"), start=1)
    ]
).decode()


def statements() -> dict[str, tuple[str, list[str]]]:
    """The statements of rows.sql with $1, $2 … for their parameters, and the names of these in order."""
    found = {}
    for block in (Path(__file__).parent / "rows.sql").read_text(encoding="utf-8").split("-- name: ")[1:]:
        name, _, text = block.partition("\n")
        names: list[str] = list(dict.fromkeys(re.findall(r"%\((\w+)\)s", text)))
        for number, parameter in enumerate(names, start=1):
            text = text.replace(f"%({parameter})s", f"${number}")
        found[name.strip()] = text, names
    return found


def reports() -> Iterator[Data]:
    """Endless reports like those of tests/bench/reports.py, which needs libraries that peers do without."""
    chance = random.Random(int.from_bytes(os.urandom(4)))
    while True:
        external_id = f"b-{uuid_utils.uuid7()}"
        lon, lat = WEST + SIDE * GRIDS * chance.random(), SOUTH + SIDE * chance.random()
        data: Data = {
            "external_id": external_id,
            "title": chance.choice(TITLES),
            "description": DETAIL,
            "kind": "complaint",
        }
        data |= {"place": {"text": "球川镇 振兴路 12 号", "lon": round(lon, 6), "lat": round(lat, 6)}}
        data |= {"reporter": {"name": "张某", "phone": "19900000001"}}
        data |= {"level": "P2"} if chance.random() < URGENT_SHARE else {}
        yield {"specversion": "1.0", "id": external_id, "source": SOURCE, "type": "report.v1", "data": data}


class Steps:
    """What each step writes (parameters of its statement) and says, for the members and in the name of one town."""

    def __init__(self, town: str, members: list[str]):
        self._intake, self._dispatch, self._notify = (f"/{town}/{name}" for name in ("intake", "dispatch", "notify"))
        self._members = members

    def register(self, report: Data) -> tuple[Data, Data]:
        data, own = report["data"], Ids(report["id"])
        place, contact = data["place"], _bytes(data["reporter"])
        case = {name: data[name] for name in ("external_id", "title", "description", "kind")} | {
            "number": f"{own.time:%Y%m%d}-{own[1][-17:]}", "level": data.get("level", "P3"), "category": CATEGORY,
            "place_text": place["text"], "lon": place["lon"], "lat": place["lat"], "source": SOURCE,
            "grid_id": f"g{int((place['lon'] - WEST) / SIDE) + 1:03d}",
        }  # fmt: skip
        case |= {
            "round": 1,
            "media": [],
            "anonymous": False,
            "desk_reason": None,
            "settled": None,
            "asks_reporter": True,
        }
        case |= {"reported_by": None, "reported_at": own.time.isoformat()}
        registered = own.event(2, "intake.case_registered.v1", self._intake, 1, case)
        due = self._feedback(own, 3, 2, "report_received", "accepted", case)
        rows = case | {"report_id": own[0], "case_id": own[1], "feedback_id": own[4], "feedback": _text(due["data"])}
        rows |= {"original": base64.b64encode(contact + DETAIL.encode()).decode()}
        return rows | _said(registered=registered, due=due), {"events": [registered, due]}

    def assign(self, message: Data) -> tuple[Data, Data]:
        registered, case = message["events"][0], message["events"][0]["data"]
        own = Ids(case["external_id"])
        member = self._members[int(own[1][-6:-2], 16) % len(self._members)]  # in turn, and the same when it comes again
        work = {name: case[name] for name in ("number", "level", "category", "title", "place_text", "grid_id", "round")}
        work |= {"order_id": own[5], "version": 1, "member_id": member, "unit": case["grid_id"], "settled": False}
        work |= {"due_at": own.later(24), "ack_due_at": own.later(1), "why": WHY}
        assigned = own.event(6, "dispatch.work_assigned.v1", self._dispatch, 1, work)
        due = self._feedback(own, 7, 3, "case_updated", "dispatched", case)
        rows = case | {"intake": self._intake, "dispatch": self._dispatch, "said_on": own.said_on, "case_id": own[1]}
        rows |= {"registered_id": registered["id"], "order_id": own[5], "member_id": member, "why": WHY}
        rows |= {"limits": LIMITS, "ladder": LADDER, "feedback_id": own[8], "feedback": _text(due["data"])}
        return rows | _said(assigned=assigned, due=due), {"events": [*message["events"], assigned, due]}

    def notify(self, message: Data) -> tuple[Data, str]:
        """The parameters, and the member; what the member hears is what the statement gives back."""
        registered, first, assigned, second = message["events"]
        case, work, own = registered["data"], assigned["data"], Ids(registered["data"]["external_id"])
        text = {"text_zh": f"新任务:{work['title']}({work['place_text']})。请于{work['ack_due_at']}前签收。"}
        text |= {"text_en": f"New work: {work['title']} ({work['place_text']}). Acknowledge by {work['ack_due_at']}."}
        body = {"notice_number": 0, "kind": "work_assigned"} | work | text
        notice = own.event(9, "notice.work_assigned.v1", self._notify, None, body)
        feedback = [self._out(own, at, due) for at, due in ((10, first), (11, second))]
        kept = registered | {"data": {name: value for name, value in case.items() if name != "contact"}}
        rows = {
            name: case[name] for name in ("external_id", "source", "number", "level", "kind", "category", "grid_id")
        }
        rows |= {
            "registered_id": registered["id"],
            "intake": self._intake,
            "dispatch": self._dispatch,
            "said_on": own.said_on,
            "case_id": own[1],
        }
        rows |= {"assigned_id": assigned["id"], "member_id": work["member_id"], "notice_id": own[9]}
        rows |= {"delivery_id": own[12], "notice": _text(notice), "feedback": _text(feedback)}
        return rows | {"events": _text([kept, first, assigned, second])}, work["member_id"]

    def _feedback(self, own: Ids, at: int, sequence: int, kind: str, state: str, case: Data) -> Data:
        number = case["number"]
        data = {"source": SOURCE, "external_id": case["external_id"], "feedback_id": own[4 if sequence == 2 else 8]}
        data |= {"kind": kind, "feedback_number": sequence - 1, "again": False, "reasons": [], "number": number}
        data |= {"state": state, "open311_status": "open" if state == "accepted" else "investigating"}
        data |= {"text_zh": f"{number} 已派给网格员。", "text_en": f"{number} has been assigned to a grid member."}
        return own.event(at, "intake.feedback_due.v1", self._intake, sequence, case | data, only=tuple(data))

    def _out(self, own: Ids, at: int, due: Data) -> Data:
        """The rows of notify for one feedback: itself, its delivery, what goes to the source."""
        data = due["data"]
        said = own.event(at, f"feedback.{data['kind']}.v1", self._notify, None, data) | {"id": data["feedback_id"]}
        row = {"id": data["feedback_id"], "number": data["feedback_number"], "kind": data["kind"], "body": data}
        return row | {"event_id": due["id"], "delivery_id": own[at], "said": _text(said)}


class Ids:
    """`Ids("b-<uuid7>")[n]` is the n-th id of a report: its own one with another last byte, as well sorted by time."""

    def __init__(self, external_id: str):
        self._own = external_id[2:]
        self.time = dt.datetime.fromtimestamp(int(self._own[:8] + self._own[9:13], 16) / 1000, dt.UTC)
        self.said_on = self.time.date().isoformat()

    def __getitem__(self, number: int) -> str:
        return f"{self._own[:-2]}{number:02x}"

    def later(self, hours: int) -> str:
        return (self.time + dt.timedelta(hours=hours)).isoformat()

    def event(
        self, at: int, kind: str, source: str, sequence: int | None, data: Data, only: tuple[str, ...] = ()
    ) -> Data:
        """A CloudEvent like the product's own."""
        event: Data = {"specversion": "1.0", "datacontenttype": "application/json", "id": self[at], "type": kind}
        event |= {"source": source, "time": self.time.isoformat(), "subject": data["number"], "correlationid": self[1]}
        event |= {"sequence": sequence, "lane": "urgent" if data.get("level") == "P2" else "normal"}
        event |= {"traceparent": f"00-{self[at].replace('-', '')}-{self[at][-16:].replace('-', '0')}-01"}
        return event | {"data": {name: data[name] for name in only} if only else data}


def _said(**events: Data) -> Data:
    """Outbox rows as parameters: `<name>_id`, `<name>_key`, and the body under the name itself."""
    rows: Data = {}
    for name, event in events.items():
        rows |= {f"{name}_id": event["id"], f"{name}_key": f"{event['type']}.{event['lane']}", name: _text(event)}
    return rows


def _bytes(value: Any) -> bytes:
    return orjson.dumps(value)


def _text(value: Any) -> str:
    return orjson.dumps(value).decode()
