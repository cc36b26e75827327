"""The written contract is enough for any AMQP client: Debian's amqp-tools report a case and hear what becomes of it."""

from __future__ import annotations

import json
import shutil
import subprocess
import uuid
from collections.abc import Callable

import pytest

from tests.support.town import TemporaryTown

pytestmark = pytest.mark.skipif(
    shutil.which("amqp-publish") is None or shutil.which("amqp-consume") is None, reason="apt-get install amqp-tools"
)
SOURCE = "hotline"


def publish(uri: str, body: bytes) -> None:
    """What a shell script would do."""
    subprocess.run(
        ["amqp-publish", "--url", uri, "--exchange", "reports", "--routing-key", f"{SOURCE}.normal",
         "--content-type", "application/cloudevents+json", "--persistent"],
        input=body, check=True, timeout=30,
    )  # fmt: skip


def hear(uri: str, count: int) -> list[dict]:
    """The next `count` feedbacks; fails when they do not come in time."""
    consume = ["amqp-consume", "--url", uri, "--queue", f"feedback.{SOURCE}", "--count", str(count)]
    heard = subprocess.run(
        [*consume, "--", "sh", "-c", "cat; echo"], capture_output=True, check=True, timeout=60, text=True
    )
    return [json.loads(line) for line in heard.stdout.splitlines()]


def report(external_id: str, **data: object) -> bytes:
    event = {
        "specversion": "1.0", "id": str(uuid.uuid4()), "source": SOURCE, "type": "report.v1",
        "time": "2026-11-23T09:00:00+08:00", "datacontenttype": "application/json",
        "data": {"external_id": external_id, **data},
    }  # fmt: skip
    return json.dumps(event, ensure_ascii=False).encode()


def test_amqp_tools_report_and_hear_feedback(new_town: Callable[..., TemporaryTown]) -> None:
    town = new_town()
    town.start()
    uri = town.uri("sources", SOURCE)
    publish(uri, report("HL-1", title="路灯不亮", description="夜里看不见路", kind="complaint"))
    heard = hear(uri, 2)
    assert [event["data"]["feedback_number"] for event in heard] == [1, 2]
    assert {event["data"]["external_id"] for event in heard} == {"HL-1"}
    assert heard[0]["type"] == "feedback.report_received.v1" and heard[0]["specversion"] == "1.0"
    assert heard[1]["type"] == "feedback.case_updated.v1" and heard[1]["data"]["state"] == "dispatched"
    assert heard[0]["data"]["number"] == heard[1]["data"]["number"] and heard[1]["data"]["text_zh"]


def test_report_that_no_client_should_send_is_answered_with_reasons(new_town: Callable[..., TemporaryTown]) -> None:
    town = new_town()
    town.start()
    uri = town.uri("sources", SOURCE)
    publish(uri, b"not even JSON")
    publish(uri, report("HL-2", titel="wrong field"))
    publish(uri, report("HL-3", title="good"))
    heard = hear(uri, 4)  # three answers, and that HL-3 has been assigned
    by_type = {event["type"] for event in heard if event["data"]["external_id"] != "HL-3"}
    assert by_type == {"feedback.report_rejected.v1"}
    reasons = {e["data"]["external_id"]: e["data"]["reasons"] for e in heard}
    assert any(r["field"] == "titel" and r["repair"] for r in reasons["HL-2"])
    assert reasons["HL-3"] == [] and all(r["problem"] for r in reasons[""])
