"""Sources read what they are told and say how far they are; one that floods or sends rubbish is slowed down alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from deploy.provision.servers import Servers
from shared.messaging.envelope import new_id
from tests.integration.test_intake_doors import publish, report
from tests.support.sources import call, folder_with, town_with
from tests.support.town import TemporaryTown
from tests.support.waiting import until

LIMITS = {"per_minute": 30, "burst": 5}


@pytest.fixture(scope="module")
def town(servers: Servers, small_town: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporaryTown]:
    sources: dict[str, Any] = {name: {"settings": {"limits": LIMITS}} for name in ("limited", "flooding")}
    sources |= {"polling": {"feedback": ["report_received", "report_rejected"]}, "rubbish": {}}
    folder = folder_with(small_town, tmp_path_factory.mktemp("sources") / "town", sources)
    with town_with(servers, folder, "intake") as town:
        yield town


def tell(town: TemporaryTown, source: str, external_id: str) -> None:
    body = {"external_id": external_id, "title": "x"}
    assert call(town, "POST", "/intake/reports", "source", source, json=body).status_code in (200, 201)


def poll(town: TemporaryTown, after: int, role: str = "source", limit: int = 500) -> dict[str, Any]:
    path = f"/intake/sources/polling/feedback?after={after}&limit={limit}"
    answer = call(town, "GET", path, role, "polling" if role == "source" else "desk1")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_cursor_passes_nothing_that_commits_later(town: TemporaryTown) -> None:
    tell(town, "polling", "p-1")
    first = poll(town, 0, limit=1)
    assert [item["external_id"] for item in first["feedback"]] == ["p-1"]
    row = (new_id(), "polling", "p-late", 1, "case_updated", '{"state": "accepted"}')
    with town.database("intake") as connection, connection.cursor() as cursor:
        connection.autocommit = False
        cursor.execute("INSERT INTO correspondence (source, external_id, said) VALUES ('polling', 'p-late', 1)")
        cursor.execute(
            "INSERT INTO feedback (id, source, external_id, number, kind, body, said_at) "
            "VALUES (%s, %s, %s, %s, %s, %s, now() - interval '1 hour')",
            row,
        )
        tell(town, "polling", "p-2")
        second = poll(town, first["next"])
        assert "p-late" not in {item["external_id"] for item in second["feedback"]}
        connection.commit()
    third = poll(town, second["next"])
    assert [item["external_id"] for item in third["feedback"]] == ["p-late"]
    everything = poll(town, 0)["feedback"]
    assert [item["position"] for item in everything] == list(range(1, len(everything) + 1))
    assert poll(town, 10**15)["feedback"] == []


def test_coming_back_with_a_cursor_acknowledges_what_came_before(town: TemporaryTown) -> None:
    for number in range(3):
        tell(town, "polling", f"a-{number}")
    read = poll(town, 0, role="desk")
    poll(town, read["next"], role="desk")
    acked = "SELECT count(*) FROM correspondence WHERE source = 'polling' AND external_id LIKE 'a-%%' AND acked = said"
    assert town.rows("intake", acked) == [(0,)], "the desk may look"
    middle = next(item["position"] for item in read["feedback"] if item["external_id"] == "a-1")
    poll(town, middle)
    assert town.rows("intake", acked) == [(2,)]
    known = [{"external_id": "a-2", "feedback_number": 99}, {"external_id": "nobody's", "feedback_number": 1}]
    answer = call(town, "POST", "/intake/sources/polling/feedback/ack", "source", "polling", json={"known": known})
    assert answer.json() == {"acknowledged": 1, "behind": [], "unknown": ["nobody's"]}
    assert town.rows("intake", acked) == [(3,)]


def test_what_a_source_believes_is_held_against_what_it_was_told(town: TemporaryTown) -> None:
    for number in range(3):
        tell(town, "portal", f"b-{number}")
    believed = [
        {"external_id": "b-0", "feedback_number": 1},
        {"external_id": "b-1", "feedback_number": 0},
        {"external_id": "b-2", "state": "closed"},
        {"external_id": "b-3", "feedback_number": 1},
        {"external_id": "b-2", "feedback_number": 7},
    ]
    address = "/intake/sources/portal/reconciliation"
    answer = call(town, "POST", address, "source", "portal", json={"believed": believed}).json()
    verdicts = [(d["external_id"], d["verdict"]) for d in answer["differences"]]
    assert verdicts == [("b-1", "behind"), ("b-2", "behind"), ("b-3", "unknown"), ("b-2", "ahead")]
    assert answer["counts"] == {"same": 1, "behind": 2, "unknown": 1, "ahead": 1}
    again = (
        """SELECT count(*) FROM outbox WHERE routing_key LIKE 'intake.feedback%%' AND body LIKE '%%"again":true%%'"""
    )
    assert town.rows("intake", again) == [(0,)]
    call(town, "POST", address, "desk", "desk1", json={"believed": believed[:3], "resend": True})
    assert town.rows("intake", again) == [(2,)]
    assert call(town, "POST", address, "desk", "desk1", json={"resend": True}).status_code == 409, (
        "it never acknowledged"
    )
    assert call(town, "GET", address, "source", "portal").json()["told"] == 3


@pytest.mark.parametrize(
    ("method", "path", "role", "name", "body", "status"),
    [
        ("GET", "/intake/sources/hotline/feedback", "source", "portal", None, 403),
        ("GET", "/intake/sources/nobody/feedback", "desk", "desk1", None, 404),
        ("GET", "/intake/sources/hotline/feedback?after=x", "source", "hotline", None, 422),
        ("POST", "/intake/sources/hotline/feedback/ack", "source", "portal", {"known": []}, 403),
        ("POST", "/intake/sources/hotline/feedback/ack", "source", "hotline", {"known": []}, 422),
        ("POST", "/intake/sources/hotline/reconciliation", "source", "portal", {}, 403),
        ("POST", "/intake/sources/hotline/reconciliation", "desk", "d", {"believed": [{"external_id": "x"}]}, 422),
        ("GET", "/intake/sources", "source", "hotline", None, 403),
    ],
)
def test_who_may_not_and_what_does_not_fit(
    town: TemporaryTown, method: str, path: str, role: str, name: str, body: Any, status: int
) -> None:
    assert call(town, method, path, role, name, json=body).status_code == status


def test_a_source_over_its_limit_by_http_waits_alone(town: TemporaryTown) -> None:
    until(lambda: send_until_refused(town, "limited"))
    tell(town, "hotline", new_id())
    refused = call(town, "POST", "/intake/reports", "source", "limited", json={"external_id": "l", "title": "x"})
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 3


def send_until_refused(town: TemporaryTown, source: str) -> bool:
    body = {"external_id": new_id(), "title": "x"}
    return call(town, "POST", "/intake/reports", "source", source, json=body).status_code == 429


def test_a_flood_over_amqp_delays_only_its_own_lane(town: TemporaryTown) -> None:
    def registered(prefix: str) -> int:
        return town.rows("intake", "SELECT count(*) FROM reports WHERE external_id LIKE %s", f"{prefix}-%")[0][0]

    with town.broker("sources", "flooding") as flood, town.broker("sources", "hotline") as good:
        for number in range(100):
            publish(flood, "reports", "flooding.normal", report(f"flood-{number}"))
            publish(good, "reports", "hotline.normal", report(f"calm-{number}"))
        publish(flood, "reports", "flooding.urgent", report("urgent-1"))
        until(lambda: registered("calm") == 100)
        until(lambda: registered("urgent") == 1)
    assert 1 <= registered("flood") <= 40, "the rest is not acknowledged, and stays with the broker"


def test_a_source_that_sends_rubbish_is_throttled_alone_and_shown(town: TemporaryTown) -> None:
    with town.broker("sources", "rubbish") as connection:
        for number in range(60):
            publish(connection, "reports", "rubbish.normal", report(f"r-{number}", surprise=1))

    def shown() -> dict[str, Any]:
        sources = call(town, "GET", "/intake/sources", "desk", "desk1").json()["sources"]
        return {source["name"]: source for source in sources}

    until(lambda: shown()["rubbish"]["throttled"])
    sources = shown()
    assert "100%" in sources["rubbish"]["why"] and sources["rubbish"]["last_heard_at"]
    assert [name for name, source in sources.items() if source["throttled"]] == ["rubbish"]
    until(lambda: send_until_refused(town, "rubbish"))
    metrics = requests.get(f"http://{town.of('intake')[0].ops}/metrics", timeout=10).text
    assert 'wangge_source_throttled{source="rubbish"} 1.0' in metrics
    assert 'wangge_source_throttled{source="hotline"} 0.0' in metrics
    assert 'wangge_source_error_share{source="rubbish"}' in metrics
    assert 'wangge_source_last_heard_timestamp_seconds{source="hotline"}' in metrics
