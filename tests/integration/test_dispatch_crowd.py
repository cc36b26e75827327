"""Many members act at the same moment: their actions share transactions, and each gets the answer to its own."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from deploy.provision.servers import Servers
from deploy.towns.small import write_small_town
from tests.integration.test_intake_life import Desk
from tests.support.town import TemporaryTown
from tests.support.waiting import until

MEMBERS = 41  # a leader and forty workers of one grid


@pytest.fixture(scope="module")
def town(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporaryTown]:
    folder = tmp_path_factory.mktemp("crowd-town")
    write_small_town(folder, 1, MEMBERS)
    with TemporaryTown(servers, folder, rules="normal", logs=tmp_path_factory.mktemp("logs")) as town:
        town.start("intake", "dispatch")
        yield town


def test_each_of_a_crowd_gets_the_answer_to_its_own_action(town: TemporaryTown) -> None:
    desk = Desk(town)
    numbers = [desk.report()[0] for _ in range(MEMBERS - 1)]
    orders = until(lambda: len(found := _dispatched(desk)) == len(numbers) and found)
    taken = [(order["member_id"], _command(order["number"], "acknowledge")) for order in orders]
    first_member, first = taken[0]
    wrong = [
        ("m001", _command(orders[0]["number"], "acknowledge"), "not_yours"),
        ("m001", _command("20000101-000001", "acknowledge"), "unknown_order"),
        ("m001", {"action": "acknowledge"}, 422),
    ]
    given = taken + [(first_member, first)] * 5 + [(member, body) for member, body, _ in wrong]
    with ThreadPoolExecutor(len(given)) as crowd:
        answers = list(crowd.map(lambda one: _act(desk, *one), given))
    for (_, body), answer in zip(given[: -len(wrong)], answers, strict=False):
        assert answer.json()["accepted"] and answer.json()["command_id"] == body["command_id"], answer.text
    for (_, _, code), answer in zip(wrong, answers[-len(wrong) :], strict=True):
        assert code in (answer.status_code, answer.json().get("reason_code")), answer.text
    assert _dispatched(desk) == []
    acknowledged = "SELECT count(*) FROM order_journal WHERE what = 'acknowledged'"
    assert town.rows("dispatch", acknowledged)[0][0] == len(taken)  # what came again was done once
    metrics = requests.get(f"http://{town.of('dispatch')[0].ops}/metrics", timeout=10).text
    (batches,) = [line for line in metrics.splitlines() if line.startswith(_BATCHES)]
    assert float(batches.rpartition(" ")[2]) < len(given) - 1


def test_whoever_acts_on_what_is_held_elsewhere_keeps_nobody_waiting(town: TemporaryTown) -> None:
    desk = Desk(town)
    orders = desk.api.get("dispatch", "/dispatch/orders?state=in_progress")["orders"]
    held, others = orders[0], orders[1:11]
    with town.database("dispatch") as holding, holding.cursor() as cursor, ThreadPoolExecutor(11) as crowd:
        holding.autocommit = False
        cursor.execute("SELECT 1 FROM cases WHERE number = %s FOR UPDATE", [held["number"]])
        does = [
            crowd.submit(_act, desk, o["member_id"], _command(o["number"], "progress") | {"note": "到场"})
            for o in (held, *others)
        ]
        for done in does[1:]:
            assert done.result(8).json()["accepted"]  # the lock is waited for longer than that
        assert not does[0].done()
        holding.rollback()
        assert does[0].result(30).json()["accepted"]


_BATCHES = 'wangge_batch_size_events_count{handler="dispatch.actions.http"}'


def _dispatched(desk: Desk) -> list[dict[str, Any]]:
    return desk.api.get("dispatch", "/dispatch/orders?state=dispatched")["orders"]


def _command(number: str, action: str) -> dict[str, Any]:
    return {"command_id": str(uuid.uuid4()), "action": action, "number": number}


def _act(desk: Desk, member: str, body: dict[str, Any]) -> requests.Response:
    return desk.api.call("POST", "dispatch", "/dispatch/actions", "member", member, body)
