"""What operators see of a town in which cases flow: metrics that promtool accepts, logs of one JSON line each."""

from __future__ import annotations

import json
import shutil
import subprocess
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import requests

from deploy.provision.names import SERVICES
from tests.support.autopilot import Api, Autopilot
from tests.support.town import TemporaryTown

PROMISED = {  # service → what its /metrics must tell (README of the service, runbooks)
    "intake": ("wangge_cases", "wangge_reports_total", "wangge_outbox_oldest_age_seconds", "wangge_batch_size_events"),
    "dispatch": (
        "wangge_orders",
        "wangge_orders_overdue",
        "wangge_cases_unassigned_oldest_age_seconds",
        "wangge_members",
    ),
    "callback": ("wangge_follow_ups_open", "wangge_parked_oldest_age_seconds"),
    "notify": ("wangge_deliveries_total", "wangge_messages_heard_total"),
    "board": ("wangge_batch_duration_seconds",),
}


@pytest.fixture(scope="module", autouse=True)
def flowing(town: TemporaryTown) -> None:
    """A case has gone the whole way, and a report was refused."""
    api, pilot = Api(town), Autopilot(town)
    body = {"external_id": f"HL-{uuid.uuid4()}", "title": "路口垃圾", "place": {"lon": 118.405, "lat": 28.925}}
    number = api.call("POST", "intake", "/intake/reports", "source", "hotline", body).json()["number"]
    assert api.call("POST", "intake", "/intake/reports", "source", "hotline", {"external_id": "x"}).status_code == 422
    with town.broker("sources", "hotline") as connection:
        connection.channel().basic_publish("reports", "hotline.normal", b"no event")
    pilot.start()
    try:
        _until(lambda: api.get("intake", f"/intake/cases/{number}")["state"] == "closed", pilot)
    finally:
        pilot.stop()


def _until(question: Callable[[], bool], pilot: Autopilot) -> None:
    for _ in range(300):
        if question():
            return
        pilot.join(0.1)
    raise AssertionError(f"the case was not closed: {pilot.trouble[-3:]}")


def metrics_of(town: TemporaryTown, service: str) -> str:
    return requests.get(f"http://{town.of(service)[0].ops}/metrics", timeout=10).text


@pytest.mark.parametrize("service", SERVICES)
def test_metrics_tell_what_was_promised(town: TemporaryTown, service: str) -> None:
    text = metrics_of(town, service)
    assert "wangge_database_up 1.0" in text
    assert [name for name in PROMISED[service] if f"# HELP {name.removesuffix('_total')}" not in text] == []


@pytest.mark.skipif(not shutil.which("promtool"), reason="needs promtool: apt install prometheus")
@pytest.mark.parametrize("service", SERVICES)
def test_promtool_finds_nothing_to_say(town: TemporaryTown, service: str) -> None:
    command = ["promtool", "check", "metrics"]
    done = subprocess.run(command, input=metrics_of(town, service), capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_logs_are_one_json_line_each_with_case_and_trace(town: TemporaryTown) -> None:
    lines: list[dict[str, Any]] = []
    for process in town.processes:
        lines += [json.loads(line) for line in process.log.read_text().splitlines() if line.startswith("{")]
    assert all(line["service"] and line["town"] == town.name for line in lines)
    waived = [line for line in lines if line["message"].startswith("callback.verified:")]
    assert waived and all(line["case"] and len(line["trace"]) == 32 for line in waived)
