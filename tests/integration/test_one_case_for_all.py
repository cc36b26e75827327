"""Fifty clients send the same report at once, by both doors, to two replicas: one case, one number for everybody."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pika
import requests

from tests.integration.test_intake_doors import start_with_a_grid
from tests.support.town import TemporaryTown
from tests.support.waiting import until

EACH = 25  # clients at each door
BODY = {"external_id": "same", "title": "同一件事", "level": "P2"}


def _event(client: int) -> bytes:
    """Every client has an id of its own for the message; the report is the same."""
    head = {"specversion": "1.0", "id": f"client-{client}", "source": "hotline", "type": "report.v1"}
    return json.dumps(head | {"data": BODY}).encode()


def test_fifty_clients_with_the_same_report_make_one_case(new_town: Callable[..., TemporaryTown]) -> None:
    town = new_town(services=("intake",))
    start_with_a_grid(town, replicas=2)
    headers = {"Authorization": f"Bearer {town.token('source', 'hotline')}"}
    gate = threading.Barrier(2 * EACH)
    with ExitStack() as open_ones:
        connections = [open_ones.enter_context(town.broker("sources", "hotline")) for _ in range(EACH)]

        def by_http(client: int) -> tuple[int, str]:
            url = f"http://{town.processes[client % 2].http}/intake/reports"
            gate.wait(30)
            answer = requests.post(url, json=BODY, headers=headers, timeout=30)
            return answer.status_code, answer.json().get("number")

        def by_amqp(client: int) -> None:
            channel = connections[client].channel()
            lane = "urgent" if client % 2 else "normal"
            gate.wait(30)
            channel.basic_publish("reports", f"hotline.{lane}", _event(client), pika.BasicProperties(delivery_mode=2))

        with ThreadPoolExecutor(2 * EACH) as pool:
            published = [pool.submit(by_amqp, client) for client in range(EACH)]
            posted = [pool.submit(by_http, client) for client in range(EACH)]
            answers = [future.result() for future in posted]
            assert [future.result() for future in published] == [None] * EACH

    (number,) = town.rows("intake", "SELECT number FROM cases")[0]
    assert {told for _, told in answers} == {number}
    assert {status for status, _ in answers} <= {200, 201}
    assert sum(status == 201 for status, _ in answers) <= 1
    waiting = ("reports.hotline.urgent", "reports.hotline.normal")
    until(lambda: all(town.queues()[queue] == 0 for queue in waiting))
    assert town.rows("intake", "SELECT count(*) FROM cases") == [(1,)]
    assert town.rows("intake", "SELECT count(*) FROM reports") == [(1,)]
    assert town.rows("intake", "SELECT count(*) FROM parked") == [(0,)]
    said = town.rows("intake", "SELECT body FROM outbox WHERE routing_key LIKE 'intake.feedback%%'")
    told = [json.loads(body)["data"] for (body,) in said]
    assert {(data["number"], data["feedback_number"], data["kind"]) for data in told} == {
        (number, 1, "report_received")
    }
    registered = town.rows("intake", "SELECT count(*) FROM outbox WHERE routing_key LIKE 'intake.case_registered%%'")
    assert registered == [(1,)]
