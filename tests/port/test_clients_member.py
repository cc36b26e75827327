"""Member against a real broker: every notice once and in order, every action answered."""

import pathlib
import threading
import time

import pytest
from wangge_client import Member, NoAnswer, Notice, NotThere, Order
from wangge_client.member import __main__ as commands

from tests.port.small_town import Broker, Town, until

ORDER = Order("o-1", "330822111-1")


def m1(broker: Broker, folder: pathlib.Path, **options) -> Member:
    return Member(broker.url("testtown-m1"), "m1", folder / "store", **options)


def numbers(member: Member, seconds: float = 1.5) -> list[int]:
    return [notice.notice_number for notice in member.notices(timeout=seconds)]


def said(town: Town, action: str, field: str) -> list[int]:
    """What members have said to notify by this action."""
    heard = [event for event, *_ in town.take("notify.actions", town.depth("notify.actions"))]
    return [event["data"][field] for event in heard if event["type"] == f"action.{action}.v1"]


def answering(broker: Broker, answers: list[dict]) -> threading.Thread:
    """A dispatch that gives these answers to the next actions, in order."""

    def run() -> None:
        other = Town(broker)
        for number, answer in enumerate(answers, 1000):
            [(event, *_)] = other.take("dispatch.actions")
            other.notice(number, "action_answered", command_id=event["id"], **answer)
        other.connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_notices_come_once_and_in_order_over_a_restart(broker, town, tmp_path) -> None:
    with m1(broker, tmp_path) as member:
        for number in (1, 1, 3, 2, 2, 3):
            town.notice(number, number="C-1", order_id="o-1", version=number)
        assert numbers(member) == [1, 2, 3]
        assert member.order_of("C-1") == Order("o-1", "C-1")
    town.notice(3)
    town.notice(4)
    with m1(broker, tmp_path) as member:
        assert numbers(member) == [4]
        until(lambda: town.depth("members.m1") == 0)


def test_unseen_notice_comes_again_after_the_loop_was_left(broker, town, tmp_path) -> None:
    with m1(broker, tmp_path) as member:
        town.notice(1)
        town.notice(2)
        for notice in member.notices(timeout=5):
            assert notice.notice_number == 1
            break
    with m1(broker, tmp_path) as member:
        assert numbers(member) == [1, 2]


def test_catches_up_on_connecting_and_while_a_notice_is_missing(broker, town, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("wangge_client.member.client._CATCH_UP_AGAIN", 0.4)
    with m1(broker, tmp_path) as member:
        [(asked, properties, key)] = town.take("notify.actions")
        assert (asked["type"], asked["source"], asked["data"]) == ("action.catch_up.v1", "m1", {"after": 0, "seen": 0})
        assert key == "m1.catch_up" and properties.user_id == "testtown-m1"
        town.notice(1)
        town.notice(4)
        assert numbers(member, 1.0) == [1], "4 waits for 2 and 3"
        asked_again = said(town, "catch_up", "after")
        assert asked_again and set(asked_again) == {1}
        for number in (2, 3, 4):
            town.notice(number)
        assert numbers(member) == [2, 3, 4]
    town.empty()
    with m1(broker, tmp_path) as member:
        member.ready()
        [(asked, *_)] = town.take("notify.actions")
        assert asked["data"] == {"after": 4, "seen": 4}


def test_the_town_is_told_what_was_read_and_not_what_only_came(broker, town, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("wangge_client.member.client._READ_EVERY", 0.3)
    with m1(broker, tmp_path) as member:
        [(asked, *_)] = town.take("notify.actions")
        assert asked["data"]["seen"] == 0
        for number in (1, 2, 3):
            town.notice(number)
        for notice in member.notices(timeout=5):
            if notice.notice_number == 2:
                time.sleep(1.0)
                break
        assert set(said(town, "read", "upto")) == {1}
        assert numbers(member) == [2, 3]
    until(lambda: town.depth("notify.actions"))
    assert said(town, "read", "upto")[-1] == 3, "the last one, before it closed"
    with m1(broker, tmp_path) as member:
        member.ready()
        [(asked, *_)] = town.take("notify.actions")
        assert asked["data"] == {"after": 3, "seen": 3}


def test_notice_that_the_town_no_longer_has_is_given_up(broker, town, tmp_path) -> None:
    with m1(broker, tmp_path) as member:
        town.notice(7)
        town.notice(8)
        assert numbers(member, 1.0) == []
        town.notice(7)  # the catch-up begins with 7: there is nothing before it
        town.notice(8)
        assert numbers(member) == [7, 8]


def test_actions_are_on_the_wire_as_the_contract_says(broker, town, tmp_path) -> None:
    with m1(broker, tmp_path) as member:
        for act in (
            lambda: member.acknowledge(ORDER, timeout=0.1),
            lambda: member.progress(ORDER, "on my way", ["ref-1"], timeout=0.1),
            lambda: member.return_(ORDER, "not my grid", timeout=0.1),
            lambda: member.resolve(ORDER, "done", version=3, timeout=0.1),
            lambda: member.verify(ORDER, False, "still dark", timeout=0.1),
        ):
            with pytest.raises(NoAnswer, match="kept and sent again"):
                act()
        taken = town.take("dispatch.actions", 5)
    who = {"order_id": "o-1", "number": "330822111-1"}
    assert [(key, event["type"], event["data"]) for event, _, key in taken] == [
        ("m1.acknowledge", "action.acknowledge.v1", who),
        ("m1.progress", "action.progress.v1", who | {"note": "on my way", "evidence": ["ref-1"]}),
        ("m1.return", "action.return.v1", who | {"reason": "not my grid"}),
        ("m1.resolve", "action.resolve.v1", who | {"note": "done", "evidence": [], "version": 3}),
        ("m1.verify", "action.verify.v1", who | {"passed": False, "note": "still dark"}),
    ]
    assert all(p.user_id == "testtown-m1" and p.delivery_mode == 2 for _, p, _ in taken)
    assert all(event["source"] == "m1" and event["time"] and event["id"] == p.message_id for event, p, _ in taken)


def test_answer_comes_under_the_command_id(broker, town, tmp_path) -> None:
    accepted = {"accepted": True, "version": 2, "order_state": "acknowledged"}
    refused = {"accepted": False, "reason": "the order has moved on", "version": 3}
    town_answers = answering(broker, [accepted, refused])
    with m1(broker, tmp_path) as member:
        result = member.acknowledge(ORDER)
        assert result.accepted and result.version == 2 and result.order_state == "acknowledged"
        result = member.resolve(ORDER, "done", version=1)
        assert not result.accepted and result.reason == "the order has moved on" and result.version == 3
        assert member.count()["unanswered"] == 0
    town_answers.join()


def test_unanswered_action_is_resent_with_its_id_after_a_time_and_at_the_next_start(broker, town, tmp_path) -> None:
    with m1(broker, tmp_path, resend_after=0.4) as member:
        with pytest.raises(NoAnswer):
            member.acknowledge(ORDER, timeout=1.0)
        (first, *_), (again, *_) = town.take("dispatch.actions", 2)
    town.empty()
    with m1(broker, tmp_path) as member:
        [(at_start, *_)] = town.take("dispatch.actions")
        assert first["id"] == again["id"] == at_start["id"]
        town.notice(1, "action_answered", command_id=first["id"], accepted=True)
        until(lambda: member.count()["unanswered"] == 0)


def test_broker_restart_loses_neither_notice_nor_action(broker, town, tmp_path) -> None:
    with m1(broker, tmp_path) as member:
        member.ready()
        town.notice(1)
        broker.restart()
        town.reconnect()
        town.notice(2)
        town_answers = answering(broker, [{"accepted": True, "version": 2}])
        assert member.acknowledge(ORDER, timeout=60).accepted
        town_answers.join()
        assert numbers(member, 2) == [1, 2]


def test_patrol_report_and_one_settled_on_the_spot(broker, town, tmp_path) -> None:
    with m1(broker, tmp_path) as member:
        first = member.report({"title": "井盖缺失", "place": {"lon": 118.5, "lat": 28.9}})
        settled = {"note": "已清理", "evidence": ["ref-2"]}
        member.report({"title": "小广告", "settled": settled})
        (event, properties, key), (other, *_) = town.take("reports.patrol.normal", 2)
        assert key == "patrol.normal" and properties.user_id == "testtown-m1"
        assert event["source"] == "patrol" and event["type"] == "report.v1" and event["data"]["external_id"] == first
        assert event["data"]["reported_at"] and "settled" not in event["data"] and other["data"]["settled"] == settled
        assert member.count()["unanswered"] == 0


def test_unknown_member_is_told_so(broker, tmp_path) -> None:
    with (
        Member(broker.url("town"), "m99", tmp_path / "store") as member,
        pytest.raises(NotThere, match=r"members\.m99"),
    ):
        member.ready(timeout=20)


def test_command_line(broker, town, tmp_path, capsys) -> None:
    common = ["--url", broker.url("testtown-m1"), "--store", str(tmp_path / "store"), "--lang", "en"]
    town.notice(
        1, number="C-1", order_id="o-1", title="路灯不亮", due_at="2026-11-24T09:00:00+08:00", text_en="A lamp is out"
    )
    assert commands.main(["listen", "--seconds", "1", *common]) == 0
    printed = capsys.readouterr().out
    assert "[1] new work  A lamp is out" in printed and "case: C-1" in printed and "finish by: 2026-11-24" in printed
    town.empty()
    town_answers = answering(broker, [{"accepted": False, "reason": "somebody else has it"}])
    assert commands.main(["resolve", "C-1", "--note", "done", *common]) == 1
    town_answers.join()
    assert "refused: somebody else has it" in capsys.readouterr().out
    assert commands.main(["return", "C-2", "--reason", "far away", *common]) == 1
    assert "run `wangge-member listen` once, or give --order" in capsys.readouterr().err
    assert commands.main(["report", "--title", "井盖", "--settled", "closed it", *common]) == 0
    [(event, *_)] = town.take("reports.patrol.normal")
    assert event["data"]["settled"] == {"note": "closed it", "evidence": []}


def test_notice_is_readable_in_both_languages() -> None:
    notice = Notice.of(
        {
            "type": "notice.work_assigned.v1",
            "data": {"notice_number": 3, "number": "C-1", "text_zh": "有新任务", "level": "P3"},
        }
    )
    assert commands.text_of(notice, "zh").splitlines() == ["[3] 新任务  有新任务", "    案件: C-1", "    等级: P3"]
    assert commands.text_of(notice, "en").splitlines()[0] == "[3] new work"


@pytest.mark.parametrize("command", ["listen", "acknowledge", "progress", "return", "resolve", "verify", "report"])
def test_every_command_has_help(command: str, capsys) -> None:
    with pytest.raises(SystemExit) as left:
        commands.main([command, "--help"])
    assert left.value.code == 0 and "--url" in capsys.readouterr().out


def test_typed_line_is_obeyed(broker, town, tmp_path, capsys, monkeypatch) -> None:
    monkeypatch.setattr("sys.stdin", iter(["acknowledge C-1\n", "nonsense\n"]))
    with m1(broker, tmp_path) as member:
        town.notice(1, number="C-1", order_id="o-1")
        until(lambda: member.order_of("C-1") is not None)
        town_answers = answering(broker, [{"accepted": True, "order_state": "acknowledged"}])
        began = time.monotonic()
        commands.obey(member, "zh")
        town_answers.join()
    assert time.monotonic() - began < 20
    said = capsys.readouterr()
    assert "已接受  acknowledged" in said.out and "invalid choice" in said.err
