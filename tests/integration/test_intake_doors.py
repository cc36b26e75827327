"""Intake alone, with a real broker and database: its doors, its answers, its poison."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pika
import pytest
import requests

from shared.messaging.envelope import Event, new_id
from tests.support.town import TemporaryTown
from tests.support.waiting import until

GRID = {
    "type": "Polygon",
    "coordinates": [[[118.4, 28.92], [118.41, 28.92], [118.41, 28.93], [118.4, 28.93], [118.4, 28.92]]],
}


@pytest.fixture
def town(new_town: Callable[..., TemporaryTown]) -> Iterator[TemporaryTown]:
    """A town in which only intake runs, with one grid that it has heard of."""
    town = new_town(services=("intake",))
    start_with_a_grid(town)
    yield town


def start_with_a_grid(town: TemporaryTown, replicas: int = 1, **settings: str) -> None:
    """Without a grid intake is not ready."""
    data = {"grid_id": "g001", "version": 1, "code": "1", "name": "g", "level": "grid", "geometry": GRID, "area": 1.0}
    say(town, "dispatch.grid_changed.v1", data)
    town.start("intake", replicas=replicas, **settings)


def say(town: TemporaryTown, kind: str, data: dict[str, Any], **envelope: Any) -> Event:
    """A message as another service would say it."""
    event = Event(
        new_id(), kind, f"/{town.name}/{kind.partition('.')[0]}", "2026-11-23T09:00:00+08:00", data, **envelope
    )
    with town.broker() as connection:
        publish(connection, "messages", f"{kind}.normal", event.encode())
    return event


def publish(connection: Any, exchange: str, key: str, body: bytes) -> None:
    properties = pika.BasicProperties(delivery_mode=2, message_id=new_id())
    connection.channel().basic_publish(exchange, key, body, properties)


def report(external_id: str, **data: Any) -> bytes:
    body = {"external_id": external_id, "title": "垃圾", "place": {"lon": 118.405, "lat": 28.925}} | data
    event = {"specversion": "1.0", "id": external_id, "source": "hotline", "type": "report.v1", "data": body}
    return json.dumps(event).encode()


def post(town: TemporaryTown, path: str, role: str, name: str, body: Any) -> requests.Response:
    headers = {"Authorization": f"Bearer {town.token(role, name)}"}
    return requests.post(town.url("intake") + path, json=body, headers=headers, timeout=10)


def test_poison_among_good_reports_is_answered_and_harms_nobody(town: TemporaryTown) -> None:
    bad = [
        b"{",
        b"\0",
        b"[" * 5000,
        report("bad-1", surprise=1),
        report("bad-2", place={"lon": 999}),
        report("bad-3", title=""),
    ]
    with town.broker("sources", "hotline") as connection:
        for number in range(40):
            publish(connection, "reports", "hotline.normal", report(f"good-{number}"))
            publish(connection, "reports", "hotline.normal", bad[number % len(bad)])
    until(lambda: town.rows("intake", "SELECT 1 FROM cases HAVING count(*) = 40"))
    until(lambda: town.rows("intake", "SELECT 1 FROM feedback WHERE kind = 'report_rejected' HAVING count(*) >= 22"))
    assert town.rows("intake", "SELECT count(*) FROM cases WHERE grid_id = 'g001'") == [(40,)]
    reasons = town.rows("intake", "SELECT body->'reasons'->0 FROM feedback WHERE external_id = 'bad-1'")[0][0]
    assert reasons["field"] == "surprise"
    assert reasons["repair"]
    assert town.rows("intake", "SELECT count(*) FROM parked") == [(0,)]


def test_the_same_report_by_both_doors_is_one_case(town: TemporaryTown) -> None:
    body = {"external_id": "twice", "title": "路灯不亮"}
    first = post(town, "/intake/reports", "source", "hotline", body)
    assert first.status_code == 201
    with town.broker("sources", "hotline") as connection:
        publish(connection, "reports", "hotline.normal", report("twice"))
    until(lambda: town.rows("intake", "SELECT 1 FROM reports WHERE external_id = 'twice' AND repeated = 1"))
    again = post(town, "/intake/reports", "source", "hotline", body)
    assert (again.status_code, again.json()["number"]) == (200, first.json()["number"])
    assert town.rows("intake", "SELECT count(*) FROM cases") == [(1,)]


def test_a_wrong_report_gets_a_problem_that_names_the_field(town: TemporaryTown) -> None:
    answer = post(town, "/intake/reports", "source", "hotline", {"external_id": "x", "title": "x", "place": {"lon": 1}})
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["reasons"][0]["field"] == "place"
    assert post(town, "/intake/reports", "member", "m001", {}).status_code == 403


def test_the_desk_decides_once_and_the_source_hears_who_and_why(town: TemporaryTown) -> None:
    numbers = [
        post(town, "/intake/reports", "source", "portal", {"external_id": f"p{i}", "title": "x"}).json()["number"]
        for i in range(2)
    ]
    assert post(town, f"/intake/cases/{numbers[0]}/accept", "desk", "desk1", {}).json()["state"] == "accepted"
    refusal = {"reason_code": "in_court", "reason": "已在诉讼中"}
    assert post(town, f"/intake/cases/{numbers[1]}/reject", "desk", "desk1", refusal).json()["state"] == "rejected"
    assert post(town, f"/intake/cases/{numbers[1]}/reject", "desk", "desk1", refusal).status_code == 409
    assert post(town, "/intake/cases/1-1/accept", "desk", "desk1", {}).status_code == 404
    told = town.rows("intake", "SELECT body->>'text_zh' FROM feedback WHERE external_id = 'p1' ORDER BY number")
    assert "已在诉讼中 (desk1)" in told[1][0]
    said = town.rows("intake", "SELECT body FROM outbox WHERE routing_key LIKE 'intake.case\\_%%'")
    assert sorted(json.loads(body)["sequence"] for (body,) in said) == [1, 1, 3, 3]  # 2 and 4 are the feedback


def test_contact_data_is_never_stored_or_said_openly(town: TemporaryTown) -> None:
    canary = "19912345678"
    reporter = {"name": "某某某", "phone": canary}
    body = {
        "external_id": "c1",
        "title": f"请打{canary}",
        "description": f"证33082219900101{canary[:4]}",
        "reporter": reporter,
    }
    assert post(town, "/intake/reports", "source", "hotline", body).status_code == 201
    with town.broker("sources", "hotline") as connection:
        publish(connection, "reports", "hotline.normal", report("c2", description=f"电话{canary}", reporter=reporter))
    until(lambda: town.rows("intake", "SELECT 1 FROM cases HAVING count(*) = 2"))
    for table in ("cases", "reports", "feedback", "outbox", "case_history"):
        assert (
            town.rows(
                "intake", f"SELECT 1 FROM {table} t WHERE t::text LIKE %s OR t::text LIKE '%%某某某%%'", f"%{canary}%"
            )
            == []
        )
    assert canary not in "".join(process.log.read_text() for process in town.processes)


def test_a_message_that_comes_too_early_waits_until_its_turn(town: TemporaryTown) -> None:
    number = post(town, "/intake/reports", "source", "hotline", {"external_id": "e1", "title": "x"}).json()["number"]
    case_id = town.rows("intake", "SELECT id::text FROM cases")[0][0]
    about = {"subject": number, "correlationid": case_id}
    say(town, "dispatch.work_acknowledged.v1", {"number": number, "round": 1, "member_id": "m1"}, sequence=2, **about)
    parked = until(lambda: town.rows("intake", "SELECT kind, reason FROM parked"))
    assert parked[0][0] == "too_early"
    say(town, "dispatch.work_assigned.v1", {"number": number, "round": 1, "member_id": "m1"}, sequence=1, **about)
    until(lambda: town.rows("intake", "SELECT 1 FROM cases WHERE state = 'in_progress'"))
    until(lambda: town.rows("intake", "SELECT 1 FROM parked HAVING count(*) = 0"))


def test_history_cannot_be_changed_by_the_service(town: TemporaryTown) -> None:
    post(town, "/intake/reports", "source", "hotline", {"external_id": "h1", "title": "x"})
    with town.database("intake") as connection, connection.cursor() as cursor:
        for statement in ("UPDATE case_history SET who = 'me'", "DELETE FROM case_history", "TRUNCATE case_history"):
            with pytest.raises(Exception, match=r"appended, never edited|permission denied"):
                cursor.execute(statement)
