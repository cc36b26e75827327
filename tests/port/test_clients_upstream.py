"""Upstream against a real broker: nothing lost, feedback in order, once."""

import json
import pathlib
import subprocess
import sys
import threading
import time

import pytest
from wangge_client import BadReport, BadStore, NotPermitted, Upstream
from wangge_client.upstream import __main__ as commands
from wangge_client.upstream import spool as spool_module

from tests.port.small_town import Broker, Town, until


def report(number: int, **fields) -> dict:
    return {"external_id": f"HL-{number}", "title": f"路灯不亮 {number}", **fields}


def hotline(broker: Broker, folder: pathlib.Path, **options) -> Upstream:
    return Upstream(broker.url("testtown-hotline"), "hotline", folder / "spool", **options)


def test_report_is_on_the_wire_as_the_contract_says(broker, town, tmp_path) -> None:
    with hotline(broker, tmp_path) as upstream:
        upstream.publish(report(1, place={"lon": 118.5, "lat": 28.9}))
        upstream.publish(report(2, level="P1"))
        [(event, properties, key)] = town.take("reports.hotline.normal")
        [(urgent, _, urgent_key)] = town.take("reports.hotline.urgent")
    assert key == "hotline.normal" and urgent_key == "hotline.urgent"
    assert event["specversion"] == "1.0" and event["source"] == "hotline" and event["type"] == "report.v1"
    assert event["data"] == report(1, place={"lon": 118.5, "lat": 28.9}) and event["id"] != urgent["id"]
    assert properties.content_type == "application/cloudevents+json" and properties.delivery_mode == 2
    assert properties.user_id == "testtown-hotline" and properties.message_id == event["id"]


def test_a_platforms_own_shape_goes_out_as_it_is(broker, town, tmp_path) -> None:
    order = {"orderNo": "GD-1", "content": "三天没清", "urgency": "紧急"}
    with hotline(broker, tmp_path) as upstream:
        upstream.publish(order, number="orderNo", lane="urgent")
        [(event, *_)] = town.take("reports.hotline.urgent")
        town.feedback("GD-1", 1, "report_received", number="330822111-1", text_zh="已登记")
        upstream.wait_answered(timeout=10)
        assert event["data"] == order and upstream.answer("GD-1").state == "received"


def test_report_is_kept_until_it_is_answered_and_resent_with_the_same_id(broker, town, tmp_path) -> None:
    with hotline(broker, tmp_path, resend_after=0.5) as upstream:
        upstream.publish(report(1))
        (first, *_), (again, *_) = town.take("reports.hotline.normal", 2)
        assert first["id"] == again["id"]
        upstream.flush(timeout=5)
        assert upstream.count()["waiting"] == 1 and upstream.count()["unconfirmed"] == 0
        town.feedback("HL-1", 1, "report_received", number="330822111-1", text_zh="已登记")
        upstream.wait_answered(timeout=10)
        assert upstream.answer("HL-1").state == "received" and upstream.answer("HL-1").data["number"] == "330822111-1"
        town.empty()
        time.sleep(1.5)
        assert town.depth("reports.hotline.normal") == 0, "an answered report is not sent again"


def test_rejected_report_has_its_reasons_and_may_be_sent_anew(broker, town, tmp_path) -> None:
    with hotline(broker, tmp_path) as upstream:
        upstream.publish(report(1, kind="nonsense"))
        [(first, *_)] = town.take("reports.hotline.normal")
        reasons = [{"field": "kind", "problem": "unknown", "repair": "use complaint"}]
        town.feedback(None, None, "report_rejected", reference=first["id"], reasons=reasons)
        upstream.wait_answered(timeout=10)
        assert upstream.answer("HL-1").state == "rejected" and upstream.answer("HL-1").data["reasons"] == reasons
        upstream.publish(report(1, kind="complaint"))
        [(second, *_)] = town.take("reports.hotline.normal")
        assert second["id"] != first["id"] and second["data"]["kind"] == "complaint"


def test_same_report_published_twice_while_waiting_stays_one(broker, town, tmp_path) -> None:
    with hotline(broker, tmp_path) as upstream:
        upstream.publish(report(1))
        [(first, *_)] = town.take("reports.hotline.normal")
        upstream.publish(report(1))
        upstream.publish(report(2))
        [(next_one, *_)] = town.take("reports.hotline.normal")
        assert first["data"]["external_id"] == "HL-1" and next_one["data"]["external_id"] == "HL-2"


def test_feedback_is_heard_in_order_and_once(broker, town, tmp_path) -> None:
    heard: list[tuple[str, int]] = []
    with hotline(broker, tmp_path) as upstream:
        upstream.hear(lambda event: heard.append((event["data"]["external_id"], event["data"]["feedback_number"])))
        for number in (2, 3, 3, 1, 1, 2, 5, 4):
            town.feedback("HL-1", number)
        town.feedback("HL-2", 1)
        until(lambda: len(heard) == 6)
        time.sleep(0.5)
    assert [number for external_id, number in heard if external_id == "HL-1"] == [1, 2, 3, 4, 5]
    assert ("HL-2", 1) in heard and len(heard) == 6 and town.depth("feedback.hotline") == 0
    with hotline(broker, tmp_path) as upstream:
        upstream.hear(lambda event: heard.append((event["data"]["external_id"], event["data"]["feedback_number"])))
        town.feedback("HL-1", 5)
        town.feedback("HL-1", 6)
        until(lambda: len(heard) == 7)
    assert heard[-1] == ("HL-1", 6), "what was heard before a restart is not heard again"


def test_feedback_on_unreadable_reports_has_no_external_id_and_is_heard_by_its_id(broker, town, tmp_path) -> None:
    heard: list[str] = []
    with hotline(broker, tmp_path) as upstream:
        upstream.hear(lambda event: heard.append(event["data"]["reference"]))
        for reference in ("m-1", "m-2", "m-1"):
            told = {"external_id": "", "feedback_number": 1, "reference": reference}
            town.say("feedback", "hotline", f"f-{reference}", "feedback.report_rejected.v1", told)
        until(lambda: town.depth("feedback.hotline") == 0 and upstream.count()["feedback_unheard"] == 0)
    assert heard == ["m-1", "m-2"]


def test_missing_number_is_waited_for_but_not_for_ever(broker, town, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(spool_module, "_PATIENCE", 1.5)
    heard: list[int] = []
    with hotline(broker, tmp_path) as upstream:
        upstream.hear(lambda event: heard.append(event["data"]["feedback_number"]))
        town.feedback("HL-1", 3)
        town.feedback("HL-1", 4)
        time.sleep(0.7)
        assert heard == []
        until(lambda: heard == [3, 4])


def test_failing_listener_gets_the_feedback_again_and_blocks_nobody_else(broker, town, tmp_path) -> None:
    heard: list[str] = []

    def listener(event: dict) -> None:
        heard.append(event["data"]["external_id"])
        if event["data"]["external_id"] == "HL-1" and heard.count("HL-1") < 2:
            raise ValueError("not today")

    with hotline(broker, tmp_path) as upstream:
        upstream.hear(listener)
        town.feedback("HL-1", 1)
        until(lambda: heard == ["HL-1"])
        town.feedback("HL-2", 1)
        until(lambda: len(heard) == 3)
    assert heard == ["HL-1", "HL-2", "HL-1"]


def test_unreadable_feedback_does_not_stop_the_rest(broker, town, tmp_path) -> None:
    heard: list[str] = []
    with hotline(broker, tmp_path) as upstream:
        upstream.hear(lambda event: heard.append(event["id"]))
        for body in (b"\xff{", b"[]", b'{"id": "x"}'):
            town.channel.basic_publish("feedback", "hotline", body)
        town.feedback("HL-1", 1)
        until(lambda: heard == ["f-HL-1-1"])
        until(lambda: town.depth("feedback.hotline") == 0)


def test_full_queue_refuses_and_the_client_tries_again(broker, town, tmp_path) -> None:
    with Upstream(broker.url("testtown-small"), "small", tmp_path / "spool") as upstream:
        upstream.publish_many(report(number) for number in range(40))
        taken = {event["data"]["external_id"] for event, *_ in town.take("reports.small.normal", 40, seconds=40)}
        upstream.flush(timeout=30)
    assert taken == {f"HL-{number}" for number in range(40)}


def test_unroutable_report_is_kept(broker, town, tmp_path) -> None:
    with Upstream(broker.url("testtown-nowhere"), "nowhere", tmp_path / "spool") as upstream:
        upstream.publish(report(1))
        upstream.ready()
        time.sleep(1)
        assert upstream.count()["unconfirmed"] == 1


def test_publishing_as_another_source_is_refused_with_a_repair(broker, town, tmp_path) -> None:
    with Upstream(broker.url("testtown-small"), "small", tmp_path / "spool") as upstream:
        upstream._spool._source = "hotline"  # what a client that lies would do
        upstream.publish(report(1))
        with pytest.raises(NotPermitted, match=r"403.*ask the operator"):
            upstream.flush(timeout=20)


def test_broker_restart_in_the_middle_loses_nothing(broker, town, tmp_path) -> None:
    heard: list[int] = []
    with hotline(broker, tmp_path, resend_after=5) as upstream:
        upstream.hear(lambda event: heard.append(event["data"]["feedback_number"]))
        upstream.publish_many(report(number) for number in range(500))
        publishing = threading.Thread(
            target=lambda: [upstream.publish(report(number)) or time.sleep(0.005) for number in range(500, 1500)]
        )
        publishing.start()
        broker.restart()
        publishing.join()
        upstream.flush(timeout=60)
        town.reconnect()
        town.feedback("HL-1", 1)
        until(lambda: heard == [1])
        in_queue = town.take("reports.hotline.normal", town.depth("reports.hotline.normal"))
    assert {event["data"]["external_id"] for event, *_ in in_queue} == {f"HL-{number}" for number in range(1500)}


_KILLED = """
import os, signal, sys
from wangge_client import Upstream
from wangge_client.session import Session
Session._publish = lambda self: os.kill(os.getpid(), signal.SIGKILL)   # dies where it would publish
upstream = Upstream(sys.argv[1], "hotline", sys.argv[2])
upstream.publish({"external_id": "HL-1", "title": "killed"})
upstream.flush()
"""


def test_killed_between_spool_and_publishing_sends_it_at_the_next_start(broker, town, tmp_path) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", _KILLED, broker.url("testtown-hotline"), tmp_path / "spool"], timeout=30, check=False
    )
    assert killed.returncode == -9 and town.depth("reports.hotline.normal") == 0
    with hotline(broker, tmp_path) as upstream:
        [(event, *_)] = town.take("reports.hotline.normal")
        assert event["data"]["external_id"] == "HL-1" and upstream.count()["waiting"] == 1


def test_ten_thousand_reports_are_published_with_pipelined_confirms(broker, town, tmp_path) -> None:
    with hotline(broker, tmp_path) as upstream:
        upstream.ready()
        began = time.monotonic()
        upstream.publish_many(report(number, description="x" * 200) for number in range(10_000))
        upstream.flush(timeout=60)
        seconds = time.monotonic() - began
    print(f"{10_000 / seconds:.0f} reports a second")
    until(lambda: town.depth("reports.hotline.normal") == 10_000)


@pytest.mark.parametrize(
    "bad",
    [
        {"title": "no id"},
        {"external_id": 7},
        report(1, place={"lon": float("nan")}),
        report(1, description="长" * 90_000),
    ],
)
def test_report_that_cannot_be_kept_is_refused_at_once(broker, town, tmp_path, bad) -> None:
    with hotline(broker, tmp_path) as upstream, pytest.raises(BadReport):
        upstream.publish(bad)


def test_spool_of_another_source_is_refused(broker, tmp_path) -> None:
    hotline(broker, tmp_path).close()
    with pytest.raises(BadStore, match="belongs to 'hotline'"):
        Upstream(broker.url("testtown-small"), "small", tmp_path / "spool")
    assert (tmp_path / "spool").stat().st_mode & 0o077 == 0, "personal data: for this user only"


def test_command_line(broker, town, tmp_path, capsys, monkeypatch) -> None:
    monkeypatch.setenv("WANGGE_AMQP_URI_FILE", str(tmp_path / "uri"))
    (tmp_path / "uri").write_text(broker.url("testtown-hotline") + "\n")
    common = ["--spool", str(tmp_path / "spool"), "--lang", "en"]
    (tmp_path / "reports.jsonl").write_text("\n".join(json.dumps(report(number)) for number in (1, 2)))

    def answer() -> None:
        other = Town(broker)
        other.take("reports.hotline.normal", 2)
        other.feedback("HL-1", 1, "report_received", number="C-1", text_en="registered")
        reason = {"field": "title", "problem": "too short", "repair": "say more"}
        other.feedback("HL-2", 1, "report_rejected", reasons=[reason], text_en="rejected by rule")

    answering = threading.Thread(target=answer)
    answering.start()
    status = commands.main(["publish", "--file", str(tmp_path / "reports.jsonl"), *common])
    answering.join()
    printed = capsys.readouterr().out
    assert status == 1 and "HL-1  received  C-1  registered" in printed and "title: too short → say more" in printed
    assert commands.main(["listen", "--seconds", "1", *common]) == 0
    assert "HL-1  #1  C-1" in capsys.readouterr().out, "feedback that came while publishing is shown by the listener"
    assert commands.main(["status", *common]) == 0
    assert "received          1" in capsys.readouterr().out
    options = [
        "--id",
        "HL-9",
        "--title",
        "灯",
        "--place-lon",
        "118.5",
        "--place-lat",
        "28.9",
        "--reporter-phone",
        "138",
    ]
    assert commands.main(["publish", *options, "--wait", "0.5", *common]) == 1
    assert "kept in" in capsys.readouterr().err
    [(event, *_)] = town.take("reports.hotline.normal")
    assert event["data"] == {
        "external_id": "HL-9", "title": "灯", "place": {"lon": 118.5, "lat": 28.9}, "reporter": {"phone": "138"}
    }  # fmt: skip


def test_command_line_says_what_is_missing(capsys, monkeypatch) -> None:
    for name in ("WANGGE_AMQP_URI", "WANGGE_AMQP_URI_FILE"):
        monkeypatch.delenv(name, raising=False)
    assert commands.main(["status"]) == 1
    assert "use --url" in capsys.readouterr().err
