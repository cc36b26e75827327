"""The life of cases, with all the services that share it: what desk and reporters decide, and what comes of it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from deploy.provision.servers import Servers
from deploy.towns.small import write_small_town
from tests.support.autopilot import Api
from tests.support.town import TemporaryTown
from tests.support.waiting import until

HERE, THERE = {"text": "第1网格", "lon": 118.405, "lat": 28.925}, {"text": "第2网格", "lon": 118.415, "lat": 28.925}
CANARY = "19912345678"


@pytest.fixture(scope="module")
def town(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporaryTown]:
    """The whole line in a small town, where members have a day to take work on."""
    folder = tmp_path_factory.mktemp("patient-town")
    write_small_town(folder)
    rules = folder / "rules" / "practice.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").replace(" 20 second", " 1 day"), encoding="utf-8")
    with TemporaryTown(servers, folder, logs=tmp_path_factory.mktemp("logs")) as town:
        town.start()
        yield town


class Desk:
    """Cases of a town, and what is done to them by HTTP."""

    def __init__(self, town: TemporaryTown):
        self.town, self.api = town, Api(town)

    def report(self, source: str = "hotline", **data: Any) -> tuple[str, str]:
        """A new case of a source: its number and external id."""
        external_id = f"{source}-{uuid.uuid4()}"
        body = {"external_id": external_id, "title": "路灯不亮", "kind": "complaint", "place": HERE} | data
        body |= {"reporter": {"name": "报事人", "phone": "19900000001"}}
        answer = self.api.call("POST", "intake", "/intake/reports", "source", source, body)
        assert answer.status_code == 201, answer.text
        return answer.json()["number"], external_id

    def post(self, number: str, what: str, role: str = "desk", name: str = "desk1", **body: Any) -> requests.Response:
        return self.api.call("POST", "intake", f"/intake/cases/{number}/{what}", role, name, body)

    def does(self, number: str, what: str, role: str = "desk", name: str = "desk1", **body: Any) -> dict[str, Any]:
        answer = self.post(number, what, role, name, **body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def case(self, number: str) -> dict[str, Any]:
        return self.api.get("intake", f"/intake/cases/{number}")

    def board(self, number: str) -> dict[str, Any]:
        """What the board shows of a case; empty keys before it has heard of it."""
        answer = self.api.call("GET", "board", f"/board/cases/{number}", "desk", "desk1")
        return answer.json() if answer.ok else {"state": None, "level": None}

    def comes(self, number: str, state: str) -> dict[str, Any]:
        return until(lambda: (case := self.case(number))["state"] == state and case)

    def order(self, number: str, state: str, round_: int = 1) -> dict[str, Any]:
        """The work order of a case, once it has come to this state."""

        def found() -> dict[str, Any] | None:
            orders = self.api.get("dispatch", f"/dispatch/orders?state={state}")["orders"]
            return next((o for o in orders if (o["number"], o["round"]) == (number, round_)), None)

        return until(found)

    def told(self, external_id: str) -> list[tuple[str, str]]:
        """What notify has for a report, in order: (state, Chinese words)."""
        rows = self.town.rows(
            "notify",
            "SELECT body->>'state', body->>'text_zh' FROM feedback WHERE thread = %s ORDER BY number",
            external_id,
        )
        return [(state, words) for state, words in rows]

    def hears(self, external_id: str, *states: str) -> list[tuple[str, str]]:
        """Wait until a report has been told exactly this."""
        until(lambda: len(self.told(external_id)) >= len(states))
        assert tuple(state for state, _ in self.told(external_id)) == states
        return self.told(external_id)

    def notices(self, member: str, kind: str, number: str) -> list[dict[str, Any]]:
        rows = self.town.rows(
            "notify",
            "SELECT body FROM notices WHERE member_id = %s AND kind = %s AND body->>'number' = %s",
            member,
            kind,
            number,
        )
        return [body for (body,) in rows]

    def wait_over(self, number: str) -> None:
        """Whatever this case waits for was due a moment ago."""
        with self.town.database("intake") as connection, connection.cursor() as cursor:
            cursor.execute(
                "UPDATE away SET until = clock_timestamp() WHERE case_id = (SELECT id FROM cases WHERE number = %s)",
                [number],
            )


@pytest.fixture
def desk(town: TemporaryTown) -> Desk:
    return Desk(town)


def causes(case: dict[str, Any]) -> list[str]:
    return [step["cause"] for step in case["history"]]


def test_the_reporter_is_asked_and_answers_through_the_source(desk: Desk) -> None:
    number, external_id = desk.report("portal")
    asked = desk.does(number, "ask", question="请问是哪一盏?")
    assert (asked["state"], desk.case(number)["question"]) == ("awaiting_info", "请问是哪一盏?")
    assert "请问是哪一盏?" in desk.hears(external_id, "submitted", "awaiting_info")[1][1]
    assert desk.post(number, "information", "source", "hotline", text="别人的").status_code == 404
    assert desk.does(number, "information", "source", "portal", text=f"东门那盏,电话{CANARY}")["state"] == "submitted"
    case = desk.case(number)
    assert "东门那盏" in case["description"] and CANARY not in case["description"] and case["question"] is None
    (text, original), *_ = desk.town.rows(
        "intake",
        "SELECT text, original FROM additions WHERE case_id = (SELECT id FROM cases WHERE number = %s)",
        number,
    )
    assert CANARY not in text and original and CANARY not in original
    accepted = desk.does(number, "accept", level="P2", kind="help", category="0102")
    assert accepted["state"] == "accepted"
    assert {name: desk.case(number)[name] for name in ("level", "kind", "category")} == {
        "level": "P2",
        "kind": "help",
        "category": "0102",
    }
    assert desk.order(number, "dispatched")["level"] == "P2"


def test_a_question_that_nobody_answers_ends_by_itself(desk: Desk) -> None:
    number, _ = desk.report("portal")
    desk.does(number, "ask", question="哪里?")
    desk.wait_over(number)
    case = desk.comes(number, "submitted")
    assert (case["history"][-1]["who"], case["history"][-1]["cause"]) == ("rule", "inform")
    assert desk.post(number, "information", text="晚了").status_code == 409


def test_asking_is_for_what_the_desk_itself_holds(desk: Desk) -> None:
    number, _ = desk.report()
    desk.comes(number, "dispatched")
    answer = desk.post(number, "ask", question="哪里?")
    assert answer.status_code == 409 and "the one who handles it asks" in answer.json()["detail"]
    assert desk.post(number, "ask", question=" ").status_code == 422
    assert desk.post("1-1", "ask", question="哪里?").status_code == 404
    assert desk.post(number, "ask", "source", "hotline", question="哪里?").status_code == 403


def test_a_correction_moves_the_work_and_its_limits(desk: Desk) -> None:
    number, _ = desk.report(level="P4")
    before = desk.order(number, "dispatched")
    desk.comes(number, "dispatched")  # intake has heard of it, too
    assert desk.post(number, "correct", reason="没有").status_code == 422
    assert desk.post(number, "correct", category="0000", reason="x").status_code == 422
    answer = desk.does(number, "correct", level="P1", category="0102", place=THERE, reason="有人受伤,在东边")
    assert (answer["state"], answer["grid_id"]) == ("dispatched", "g002")
    after = until(lambda: (o := desk.order(number, "dispatched"))["grid_id"] == "g002" and o)
    assert after["member_id"] != before["member_id"] and (after["level"], after["category"]) == ("P1", "0102")
    until(lambda: desk.notices(before["member_id"], "work_taken_away", number))
    case = desk.comes(number, "dispatched")
    step = next(step for step in case["history"] if step["cause"] == "correct")
    assert "level P4 → P1" in step["note"] and "grid_id g001 → g002" in step["note"] and step["who"] == "desk1"
    until(lambda: desk.board(number)["level"] == "P1")
    assert desk.api.act(after["member_id"], "acknowledge", desk.order(number, "dispatched"))["accepted"]
    desk.comes(number, "in_progress")


def test_merged_cases_hear_the_progress_of_the_one_under_their_own_number(desk: Desk) -> None:
    (a, _), (b, of_b), (c, of_c) = desk.report("portal"), desk.report(), desk.report("portal")
    desk.does(a, "accept")
    taken = desk.order(b, "dispatched")
    desk.comes(a, "dispatched")
    assert desk.does(c, "merge", into=b, reason="同一盏灯")["merged_into"] == b
    assert desk.does(b, "merge", into=a, reason="同一盏灯")["merged_into"] == a
    assert desk.post(a, "merge", into=c, reason="转圈").status_code == 409
    assert desk.post(a, "merge", into=a, reason="自己").status_code == 409
    assert sorted(desk.case(a)["merged"]) == sorted([b, c])
    assert (desk.case(c)["merged_into"], desk.case(b)["state"]) == (a, "merged")
    assert desk.post(a, "cancel", reason="不要了").status_code == 409  # it is theirs too
    until(lambda: desk.notices(taken["member_id"], "work_withdrawn", b))
    order = desk.order(a, "dispatched")
    assert desk.api.act(order["member_id"], "acknowledge", order)["accepted"]
    desk.comes(a, "in_progress")
    until(lambda: desk.told(of_b) and desk.told(of_b)[-1][0] == "in_progress")
    words = desk.told(of_b)
    assert [state for state, _ in words][-2:] == ["merged", "in_progress"]
    assert all(b in text for _, text in words) and a in words[-2][1]
    assert [state for state, _ in desk.told(of_c)] == ["submitted", "merged", "merged"]  # portal wants no in_progress
    assert desk.case(b)["state"] == "merged"

    assert desk.does(b, "unmerge", reason="另一盏")["state"] == "accepted"
    again = desk.order(b, "dispatched", round_=2)
    assert again["order_id"] != taken["order_id"]
    assert desk.comes(b, "dispatched")["round"] == 2
    assert desk.case(a)["merged"] == [c]
    assert desk.api.act(order["member_id"], "resolve", desk.order(a, "in_progress"), note="好了")["accepted"]
    desk.comes(a, "resolved")
    assert "resolved" not in [state for state, _ in desk.told(of_b)]
    until(lambda: desk.board(b)["state"] == "dispatched")
    assert desk.board(c)["state"] == "merged"


def test_what_has_ended_takes_no_other_case(desk: Desk) -> None:
    (a, _), (b, of_b) = desk.report("portal"), desk.report("portal")
    desk.does(a, "answer", text="已修好")
    answer = desk.post(b, "merge", into=a, reason="同一盏灯")
    assert answer.status_code == 409 and "merge into a case that is open" in answer.json()["detail"]
    assert desk.post(b, "merge", into="1-1", reason="x").status_code == 404
    until(lambda: [state for state, _ in desk.told(of_b)] == ["submitted"])


def test_another_platform_takes_a_case_gives_it_back_and_settles_it(desk: Desk) -> None:
    number, external_id = desk.report()
    taken = desk.order(number, "dispatched")
    assert desk.does(number, "transfer", platform="portal", reason="属其处置范围")["state"] == "transferred"
    assert desk.case(number)["platform"] == "portal"
    until(lambda: desk.notices(taken["member_id"], "work_withdrawn", number))
    assert desk.post(number, "transfer-answer", "source", "hotline", outcome="done", text="x").status_code == 404
    back = until(
        lambda: _when_possible(
            desk.post(number, "transfer-answer", "source", "portal", outcome="back", text="不属我处")
        )
    )
    assert back["state"] == "accepted"
    desk.order(number, "dispatched", round_=2)
    desk.comes(number, "dispatched")
    desk.does(number, "transfer", platform="portal", reason="再次转交")
    assert desk.does(number, "transfer-answer", "source", "portal", outcome="done", text="已修复")["state"] == "closed"
    desk.order(number, "withdrawn", round_=2)
    until(lambda: desk.told(external_id)[-1][0] == "closed")
    assert "已修复" in desk.told(external_id)[-1][1]


def _when_possible(answer: requests.Response) -> dict[str, Any] | None:
    """The answer, unless dispatch has not given up its order yet."""
    assert answer.status_code in (200, 409), answer.text
    return answer.json() if answer.status_code == 200 else None


def test_a_platform_that_does_not_answer_in_time_loses_the_case(desk: Desk) -> None:
    number, _ = desk.report("portal")
    desk.does(number, "transfer", platform="county", reason="属县里")
    desk.wait_over(number)
    case = desk.comes(number, "dispatched")
    assert case["round"] == 1  # it had never been given out
    assert ("take_back", "rule") in [(step["cause"], step["who"]) for step in case["history"]]


def test_a_consultation_is_answered_at_once(desk: Desk) -> None:
    (before, of_before), (given, of_given) = desk.report("portal"), desk.report()
    assert desk.does(before, "answer", text="营业到五点")["state"] == "closed"
    assert "营业到五点" in desk.hears(of_before, "submitted", "closed")[1][1]
    order = desk.order(given, "dispatched")
    assert desk.does(given, "answer", text="营业到五点")["state"] == "closed"
    until(lambda: desk.notices(order["member_id"], "work_withdrawn", given))
    refused = desk.api.act(order["member_id"], "acknowledge", order)
    assert not refused["accepted"] and "withdrawn" in refused["reason"]
    until(lambda: desk.told(of_given)[-1][0] == "closed")


def test_whoever_reported_it_may_cancel_whatever_is_open(desk: Desk) -> None:
    number, external_id = desk.report()
    order = desk.order(number, "dispatched")
    desk.comes(number, "dispatched")
    assert desk.api.act(order["member_id"], "acknowledge", order)["accepted"]
    desk.comes(number, "in_progress")
    assert desk.post(number, "cancel", "source", "portal", reason="x").status_code == 404
    assert desk.does(number, "cancel", "source", "hotline", reason="自己好了")["state"] == "cancelled"
    desk.order(number, "withdrawn")
    case = until(
        lambda: (c := desk.case(number)) and c["version"] and desk.told(external_id)[-1][0] == "cancelled" and c
    )
    assert (case["history"][-1]["who"], case["history"][-1]["note"]) == ("hotline", "自己好了")
    assert desk.post(number, "cancel", reason="再来").status_code == 409


def test_nobody_is_asked_about_a_cancelled_case(desk: Desk) -> None:
    number, _ = desk.report(level="P2")
    order = desk.order(number, "dispatched")
    assert desk.api.act(order["member_id"], "acknowledge", order)["accepted"]
    assert desk.api.act(order["member_id"], "resolve", desk.order(number, "in_progress"), note="好了")["accepted"]
    resolved = desk.order(number, "resolved")
    assert desk.api.act(resolved["checker_id"], "verify", resolved, passed=True)["accepted"]
    desk.comes(number, "follow_up_pending")
    call = until(lambda: desk.api.call_about(number))
    desk.does(number, "cancel", reason="不再需要")
    until(lambda: not desk.api.call_about(number))
    late = desk.api.answered(call, "no", "dissatisfied")
    assert late.status_code == 409 and "nobody is asked" in late.json()["detail"]


def test_a_refusal_names_who_and_why_and_can_be_appealed(desk: Desk) -> None:
    number, external_id = desk.report("portal")
    desk.does(number, "reject", reason_code="not_our_matter", reason="不属本镇")
    words = desk.hears(external_id, "submitted", "rejected")[1][1]
    assert "不属本镇 (desk1)" in words and "可申诉" in words
    assert desk.post(number, "appeal", "source", "hotline", reason="x").status_code == 404
    appealed = desk.does(number, "appeal", "source", "portal", reason="就在镇上")
    assert (appealed["state"], appealed["appeals"]) == ("submitted", 1)
    desk.does(number, "accept")
    desk.comes(number, "dispatched")
    assert causes(desk.case(number))[:4] == ["report", "reject", "appeal", "accept"]


@pytest.mark.parametrize("what", ["version", "state"])
def test_of_twenty_desks_that_decide_at_once_one_wins(desk: Desk, what: str) -> None:
    number, _ = desk.report("portal")
    seen = {"version": desk.case(number)["version"]} if what == "version" else {}
    deeds: list[tuple[str, dict[str, Any]]] = [
        ("accept", {}),
        ("reject", {"reason_code": "in_court", "reason": "x"}),
        ("ask", {"question": "哪里?"}),
        ("correct", {"level": "P2", "reason": "x"}),
        ("cancel", {"reason": "x"}),
    ]
    deeds = deeds * 4 if what == "version" else deeds[:1] * 20
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda deed: desk.post(number, deed[0], **deed[1], **seen), deeds))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200, *[409] * 19]
    decided = [step for step in desk.case(number)["history"] if step["who"] == "desk1"]
    assert len(decided) == 1
    lost = next(answer for answer in answers if answer.status_code == 409).json()
    assert "look again" in lost["detail"] if what == "version" else "it is accepted" in lost["detail"]


def test_in_the_end_nothing_is_left_parked_and_every_count_is_whole(desk: Desk) -> None:
    """After all that: no message waits for ever, and what each service said of each case is numbered without gaps."""
    until(
        lambda: all(not desk.town.rows(s, "SELECT 1 FROM parked") for s in ("intake", "dispatch", "callback", "board"))
    )
    gaps = (
        "SELECT case_id, source FROM journal WHERE sequence IS NOT NULL GROUP BY 1, 2 HAVING count(*) <> max(sequence)"
    )
    until(lambda: not desk.town.rows("board", gaps))
    said = "SELECT count(*) FROM outbox WHERE body::json->>'correlationid' = c.id::text"
    assert desk.town.rows("intake", f"SELECT number FROM cases c WHERE said <> ({said})") == []
