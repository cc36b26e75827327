"""A telephone number, an identity number and a name go in at every door, well and badly; they come out nowhere."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pika
import pytest
import requests

from deploy.provision.names import SERVICES
from tests.integration.test_intake_doors import post, publish, report
from tests.support.town import TemporaryTown
from tests.support.waiting import until

PHONE, IDENTITY, NAME = "19987654321", "330822198807060514", "金丝雀"
CANARIES = (PHONE, "199 8765 4321", "１９９８７６５４３２１", IDENTITY, NAME)
REPORTER = {"name": NAME, "phone": PHONE}
TEXT = f"我的电话{PHONE}或199 8765 4321或１９９８７６５４３２１,证件{IDENTITY}"
TABLES = """SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = %s AND c.relkind = 'r'"""
REFUSED: list[dict[str, Any]] = [
    {"surprise": PHONE},
    {PHONE: "x"},
    {"category": PHONE},
    {"category": NAME},
    {"level": PHONE},
    {"kind": NAME},
    {"reported_at": PHONE},
    {"title": NAME * 100},
    {"place": {"lon": PHONE, "text": TEXT}},
    {"reporter": PHONE},
    {"reporter": REPORTER | {"identity": IDENTITY}},
    {"settled": {"note": TEXT}},
    {"media": [NAME * 200]},
]


@pytest.fixture
def town(new_town: Callable[..., TemporaryTown]) -> Iterator[TemporaryTown]:
    """A whole town in which one thing always fails, and the database's error tells the whole row."""
    town = new_town()
    with town.database("intake", owner=True) as connection, connection.cursor() as cursor:
        cursor.execute("ALTER TABLE cases ADD CONSTRAINT poison CHECK (title <> 'poison')")
    town.start()
    yield town


def test_personal_data_come_out_nowhere(town: TemporaryTown) -> None:
    everything = {"receiver": {"system": "screen"}, "queue": True, "reason": "大屏"}
    headers = {"Authorization": f"Bearer {town.token('desk', 'desk1')}"}
    subscribed = requests.post(
        f"{town.url('notify')}/notify/subscriptions", json=everything, headers=headers, timeout=10
    )
    assert subscribed.status_code == 201
    _by_amqp(town)
    answers = list(_by_http(town))
    _until_all_is_said(town)
    number = town.rows("intake", "SELECT number FROM cases WHERE external_id = 'good'")[0][0]
    shown = post(town, f"/intake/cases/{number}/contact", "desk", "desk1", {"reason": f"回电{PHONE}"}).json()
    assert shown["reports"][0]["told"] == {
        "reporter": REPORTER | {"anonymous": False},
        "title": "垃圾",
        "description": TEXT,
    }
    found = [where for where, text in _everything(town, answers) if any(canary in text for canary in CANARIES)]
    assert not found


def _by_amqp(town: TemporaryTown) -> None:
    bad = [report(f"bad-{number}", **data) for number, data in enumerate(REFUSED)]
    bad += [f'{{"reporter": {{"phone": "{PHONE}", "name": "{NAME}"'.encode(), f"[{PHONE}]".encode(), PHONE.encode()]
    bad += [json.dumps({"id": "x", "type": "t", "source": "s", "time": PHONE, "data": {"a": NAME}}).encode()]
    with town.broker("sources", "hotline") as connection:
        for body in bad:
            publish(connection, "reports", "hotline.normal", body)
        good = {"description": TEXT, "reporter": REPORTER, "kind": "complaint"}
        publish(connection, "reports", "hotline.normal", report("good", **good))
        publish(connection, "reports", "hotline.normal", report("hidden", reporter=REPORTER | {"anonymous": True}))
        place = {"text": TEXT, "lon": 118.405, "lat": 28.925}
        publish(connection, "reports", "hotline.normal", report("place", place=place))
        publish(connection, "reports", "hotline.normal", report("poison", title="poison", reporter=REPORTER))
    user = f"{town.name}-m001"
    with town.broker("members", "m001") as connection:
        properties = pika.BasicProperties(delivery_mode=2, user_id=user)
        body = json.dumps({"phone": PHONE, "name": NAME}).encode()
        connection.channel().basic_publish("actions", "m001.catch_up", body, properties)
        settled = report("patrol", settled={"note": TEXT, "evidence": []})
        connection.channel().basic_publish("reports", "patrol.normal", settled, properties)


def _by_http(town: TemporaryTown) -> Iterator[tuple[str, str]]:
    """What the doors answer."""
    for number, data in enumerate(REFUSED):
        body = {"external_id": f"http-{number}", "title": "x"} | data
        answer = post(town, "/intake/reports", "source", "hotline", body)
        assert answer.status_code == 422
        yield f"refused {data}", answer.text
    headers = {"Authorization": f"Bearer {town.token('source', 'hotline')}"}
    broken = requests.post(
        town.url("intake") + "/intake/reports", f'{{"x": "{PHONE}'.encode(), headers=headers, timeout=10
    )
    assert broken.status_code == 400
    yield "broken", broken.text
    poison = {"external_id": "poison-http", "title": "poison", "reporter": REPORTER}
    answer = post(town, "/intake/reports", "source", "hotline", poison)
    assert answer.status_code == 500
    yield "poison", answer.text
    wrong = post(town, "/intake/persons/search", "desk", "desk1", {"phone": PHONE * 2, "reason": NAME})
    assert wrong.status_code == 422
    yield "search", wrong.text


def _until_all_is_said(town: TemporaryTown) -> None:
    until(lambda: town.rows("intake", "SELECT 1 FROM cases HAVING count(*) = 4"))
    until(lambda: town.rows("intake", "SELECT 1 FROM feedback WHERE kind = 'report_rejected' HAVING count(*) = 17"))
    until(lambda: town.rows("intake", "SELECT 1 FROM parked WHERE kind = 'failed'"))
    until(lambda: town.rows("notify", "SELECT 1 FROM parked WHERE kind = 'unreadable'"))
    until(lambda: town.rows("notify", "SELECT 1 FROM feed HAVING count(*) >= 4"))
    until(lambda: town.rows("board", "SELECT 1 FROM cases WHERE dispatch_state IS NOT NULL HAVING count(*) >= 3"))
    until(lambda: town.queues()["feedback.hotline"] >= 20)


def _everything(town: TemporaryTown, answers: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """(where, text) of all that is stored, logged, measured, queued or answered."""
    yield from answers
    for service in SERVICES:
        for (table,) in town.rows(service, TABLES, service):
            with town.database(service, owner=True) as connection, connection.cursor() as cursor:
                cursor.execute(f"SELECT t::text FROM {table} t")
                yield from ((f"{service}.{table}", _unescaped(row)) for (row,) in cursor.fetchall())
    for process in town.processes:
        yield f"log of {process.name}", process.log.read_text(errors="replace")
        yield f"metrics of {process.name}", requests.get(f"http://{process.ops}/metrics", timeout=10).text
    for queue, count in town.queues().items():
        with town.broker() as connection:
            channel = connection.channel()
            for _ in range(count):
                _, properties, body = channel.basic_get(queue)
                yield f"queue {queue}", f"{properties} {(body or b'').decode(errors='replace')}"


def _unescaped(row: str) -> str:
    """A row as text, with what was bytes in it read as text too."""
    parts = [bytes.fromhex(part[: len(part) // 2 * 2]).decode(errors="replace") for part in _hex(row)]
    return " ".join([row, *parts])


def _hex(row: str) -> Iterator[str]:
    for part in row.split("\\x")[1:]:
        yield part[: next((at for at, sign in enumerate(part) if sign not in "0123456789abcdef"), len(part))]
