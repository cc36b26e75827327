"""Supervision at work: steps come, cards have consequences, those concerned hear it, and it is all listed."""

from __future__ import annotations

import datetime as dt
import json
import re
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests

from deploy.provision.servers import Servers
from deploy.towns.small import write_small_town
from tests.support.autopilot import Api
from tests.support.town import TemporaryTown
from tests.support.waiting import until

ZONE = ZoneInfo("Asia/Shanghai")
HERE = {"text": "第1网格", "lon": 118.405, "lat": 28.925}  # g001: leader m001, workers m002, m003
THERE = {"text": "第2网格", "lon": 118.415, "lat": 28.925}  # g002: leader m004, workers m005, m006
LIMITS = """limits:
    acknowledge: {P1: 1 second, P2: 1 day, P3: 1 day, P4: 1 day}
    level: {P1: 1 day, P2: 2 second, P3: 1 day, P4: 1 day}
    verify: {P1: 1 day, P2: 1 day, P3: 1 day, P4: 2 second}
    kind: {}
"""


@pytest.fixture(scope="module")
def line(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """A small town in which P1 must be taken on at once, P2 done at once, and P4 checked at once; nothing else hurries.
    Two replicas of dispatch watch."""
    folder = tmp_path_factory.mktemp("supervised-town")
    write_small_town(folder)
    rules = folder / "rules" / "practice.yaml"
    text = rules.read_text(encoding="utf-8")
    text = re.sub(r"limits:\n(    \w.*\n)+", LIMITS, text)
    text = text.replace("later: 30 second", "later: 1 second").replace("later: 150 second", "later: 3 second")
    text = text.replace("every: 10 minute", "every: 2 second")
    rules.write_text(text.replace("\ncallback:\n", "\ncallback:\n  problem_after: 1\n"), encoding="utf-8")
    with TemporaryTown(servers, folder, logs=tmp_path_factory.mktemp("logs")) as town:
        town.start("dispatch", replicas=2, wait=False)
        town.start("intake", "callback", "notify", "board")
        yield Line(town)


class Line:
    """Cases of a town, and what becomes of them."""

    def __init__(self, town: TemporaryTown):
        self.town, self.api = town, Api(town)

    def report(self, level: str, place: dict[str, Any] | None = None) -> str:
        body = {"external_id": str(uuid.uuid4()), "title": "路灯不亮", "category": "9999", "place": place or HERE}
        body |= {"kind": "complaint", "level": level, "reporter": {"name": "报事人", "phone": "19900000001"}}
        answer = self.api.call("POST", "intake", "/intake/reports", "source", "hotline", body)
        assert answer.status_code == 201, answer.text
        return answer.json()["number"]

    def order(self, number: str, state: str, round_: int = 1) -> dict[str, Any] | None:
        found = self.api.get("dispatch", f"/dispatch/orders?state={state}")["orders"]
        return next((o for o in found if (o["number"], o["round"]) == (number, round_)), None)

    def acts(self, number: str, state: str, who: str, action: str, round_: int = 1, **data: Any) -> dict[str, Any]:
        order = until(lambda: self.order(number, state, round_))
        answer = self.api.act(order[who], action, order, **data)
        assert answer["accepted"], answer
        return order

    def does(self, number: str, round_: int = 1) -> None:
        self.acts(number, "dispatched", "member_id", "acknowledge", round_)
        self.acts(number, "in_progress", "member_id", "resolve", round_, note="已修")

    def said(self, number: str, kind: str) -> list[dict[str, Any]]:
        """What dispatch has said of this kind about a case, as the board's journal has it."""
        path = f"/board/cases/{number}"
        answer = self.api.call("GET", "board", path, "desk", "desk1")
        found = answer.json()["timeline"] if answer.ok else []
        return [message["data"] for message in found if message["type"] == f"dispatch.{kind}.v1"]

    def notices(self, member: str, number: str) -> list[dict[str, Any]]:
        found = self.api.get("notify", "/notify/notices?after=0", "member", member)["notices"]
        return [notice for notice in found if notice.get("number") == number]

    def listed(self, what: str, number: str, role: str = "desk", name: str = "desk1") -> list[dict[str, Any]]:
        found = self.api.get("dispatch", "/dispatch/supervision", role, name)[what]
        return [row for row in found if row["number"] == number]

    def interviews(self, number: str = "", state: str = "") -> list[dict[str, Any]]:
        found = self.api.get("dispatch", f"/dispatch/interviews?state={state}")["interviews"]
        return [row for row in found if number in ("", row["number"])]

    def points(self, number: str) -> list[tuple[str, str, float]]:
        found = self.api.get("dispatch", "/dispatch/points")["points"]
        rows = [(unit["unit"], row["measure"], row["points"], row["number"]) for unit in found for row in unit["rows"]]
        return sorted(row[:3] for row in rows if row[3] == number)


def test_what_is_late_gets_a_red_card_with_everything_that_follows(line: Line) -> None:
    number = line.report("P2")
    order = until(lambda: line.order(number, "dispatched"))
    handler, case = order["member_id"], number
    until(lambda: line.listed("public_notices", case))
    until(lambda: len([one for one in line.said(case, "work_escalated") if one.get("nth")]) >= 3)
    steps = line.said(case, "work_escalated")
    red = next(one for one in steps if one["measure"] == "red_card")
    assert (red["to_member_id"], red["copy_to_member_id"], red["points"], red["unit"]) == (handler, "m001", -2, "g001")
    times = Counter((one["step"], one.get("nth")) for one in steps)
    assert set(times.values()) == {1}, "each step once, whoever watches"
    reminders = [one for one in steps if one.get("nth")]
    assert [one["nth"] for one in reminders] == list(range(1, len(reminders) + 1))
    assert len({one["why"] for one in reminders}) == len(reminders)

    followed = {one["measure"]: one for one in until(lambda: _several(line.said(case, "work_supervised"), 2))}
    assert (followed["interview"]["to_member_id"], followed["interview"]["copy_to_member_id"]) == (handler, "desk1")
    assert (followed["public_notice"]["to_member_id"], followed["public_notice"]["copy_to_member_id"]) == (
        handler,
        "m001",
    )
    assert line.points(case) == [("g001", "penalty", -2)]
    (row,) = line.listed("orders", case)
    assert (row["supervision"], row["late"]) == ("red", True)
    (interview,) = line.interviews(case)
    assert (interview["state"], interview["member_id"], interview["unit"]) == ("proposed", handler, "g001")

    until(lambda: "interview_proposed" in {one["kind"] for one in line.notices(handler, case)})
    told = line.notices(handler, case)
    assert {"work_reminded", "red_card", "public_notice"} <= {one["kind"] for one in told}
    again = [one["text_zh"] for one in told if one.get("nth")]
    assert len(set(again)) == len(again) >= 3, "each reminder has another text"
    assert {"supervision_copied"} <= {one["kind"] for one in line.notices("m001", case)}
    assert {"interview_wanted"} <= {one["kind"] for one in line.notices("desk1", case)}


def test_three_reds_of_a_unit_in_a_row_and_one_well_done_between_others(line: Line) -> None:
    """g002: a red, one well done, then three reds: only with the last the head is to be interviewed."""
    first = line.report("P2", THERE)
    until(lambda: line.interviews(first))
    good = line.report("P3", THERE)
    line.does(good)
    line.acts(good, "resolved", "checker_id", "verify", passed=True, note="好")
    reds = [line.report("P2", THERE) for _ in range(3)]
    until(lambda: all(line.interviews(number) for number in reds))
    with_head = [row for number in [first, *reds] for row in line.interviews(number) if row["member_id"] == "m004"]
    (interview,) = until(lambda: with_head or _heads(line, reds))
    assert (interview["unit"], "3" in interview["why"]) == ("g002", True)
    assert Counter(row[1] for number in [first, *reds] for row in line.points(number)) == {"penalty": 4}


def test_a_second_yellow_card_on_a_case_is_a_letter(line: Line) -> None:
    number = line.report("P3")
    line.does(number)
    for at in range(2):
        order = line.acts(number, "resolved", "checker_id", "verify", passed=False, note="未清")
        assert line.listed("letters", number) == []
        line.acts(number, "in_progress", "member_id", "resolve", note=f"再修{at}")
    (letter,) = until(lambda: line.listed("letters", number))
    assert (letter["unit"], letter["member_id"], "2" in letter["why"]) == ("g001", order["member_id"], True)
    assert line.points(number) == [("g001", "letter", -1)]
    until(lambda: "letter" in {one["kind"] for one in line.notices(order["member_id"], number)})
    assert "supervision_copied" in {one["kind"] for one in line.notices("m001", number)}


def test_too_many_reworks_make_a_problem_case_one_level_up(line: Line) -> None:
    number = line.report("P3")
    line.does(number)
    first = line.acts(number, "resolved", "checker_id", "verify", passed=True, note="好")
    call = until(lambda: line.api.call_about(number))
    assert line.api.answered(call, "no", "dissatisfied", "没修好").ok
    (problem,) = until(lambda: line.listed("problem_cases", number))
    assert problem["member_id"] == "m001" != first["member_id"]
    order = until(lambda: line.order(number, "dispatched", 2))
    assert order["member_id"] == "m001"
    until(lambda: "problem_case" in {one["kind"] for one in line.notices("m001", number)})
    state = line.api.get("intake", f"/intake/cases/{number}")["state"]
    assert state == "dispatched", "intake has heard all of it in its order"


def test_a_check_that_nobody_makes_goes_up(line: Line) -> None:
    number = line.report("P4")
    line.does(number)
    order = until(lambda: (o := line.order(number, "resolved")) and o["checker_id"] != "m001" and o)
    steps = until(lambda: [one for one in line.said(number, "work_escalated") if one["measure"] == "escalate"])
    assert (steps[0]["role"], steps[0]["from_member_id"], steps[0]["to_member_id"]) == ("checker", "m001", "guide1")
    until(lambda: "check_escalated" in {one["kind"] for one in line.notices(order["checker_id"], number)})
    assert "check_taken_away" in {one["kind"] for one in line.notices("m001", number)}
    checkers = line.api.get("dispatch", f"/dispatch/orders/{order['order_id']}")["assignments"]
    assert [one["end_reason"] for one in checkers if one["role"] == "checker"] == ["escalated", None]


def test_unacknowledged_work_goes_up_the_tree_to_the_desk(line: Line) -> None:
    number = line.report("P1")
    until(lambda: (o := line.order(number, "dispatched")) and o["member_id"] == "desk1" and o)

    def ways() -> list[str]:
        return [one["to_member_id"] for one in line.said(number, "work_escalated") if one["measure"] == "escalate"]

    assert until(lambda: _several(ways(), 2)) == ["m001", "desk1"]
    assert "yellow_card" in {one["measure"] for one in line.said(number, "work_escalated")}


def test_interviews_are_held_or_dropped_once(line: Line) -> None:
    number = line.report("P2")
    (interview,) = until(lambda: line.interviews(number, "proposed"))
    path, today = f"/dispatch/interviews/{interview['interview_id']}", dt.datetime.now(ZONE).date()
    held = {"held_on": today.isoformat(), "held_by": "guide1", "note": "说明情况,限期整改"}

    def post(action: str, body: Any, role: str = "desk", name: str = "desk1") -> requests.Response:
        return line.api.call("POST", "dispatch", f"{path}/{action}", role, name, body)

    assert post("held", held | {"held_on": (today + dt.timedelta(days=2)).isoformat()}).status_code == 409
    assert post("held", held | {"held_by": "nobody-known"}).status_code == 422
    assert post("held", held | {"held_by": interview["member_id"]}).status_code == 422
    assert post("held", {"note": "x"}).status_code == 422
    assert post("drop", {"reason": ""}).status_code == 422
    assert post("held", held, "member", interview["member_id"]).status_code == 403
    assert post("drop", {"reason": "x"}, "leader", interview["member_id"]).status_code == 409  # not with themselves
    assert post("held", held).json()["state"] == "held"
    assert [post("held", held).status_code, post("drop", {"reason": "x"}).status_code] == [409, 409]
    (row,) = line.interviews(number)
    assert (row["state"], row["held_by"], row["decided_by"], row["note"]) == ("held", "guide1", "desk1", held["note"])
    (said,) = until(lambda: line.said(number, "interview_recorded"))
    assert (said["state"], said["held_on"], said["by"]) == ("held", held["held_on"], "desk1")
    until(lambda: "interview_held" in {one["kind"] for one in line.notices(interview["member_id"], number)})

    other = line.report("P2")
    (waiting,) = until(lambda: line.interviews(other, "proposed"))
    rehearsed = line.town.admin("dispatch", "drop-interview", waiting["interview_id"], "--reason", "x", "--dry-run")
    assert json.loads(rehearsed)["state"] == "dropped" and line.interviews(other, "proposed")
    line.town.admin("dispatch", "drop-interview", waiting["interview_id"], "--reason", "误判")
    assert line.interviews(other, "dropped")[0]["note"] == "误判"


def test_leaders_see_their_area_and_the_sums_have_their_rows(line: Line) -> None:
    here = {row["unit"] for row in line.api.get("dispatch", "/dispatch/points")["points"]}
    assert here == {"g001", "g002"}
    for unit in line.api.get("dispatch", "/dispatch/points")["points"]:
        assert unit["points"] == sum(row["points"] for row in unit["rows"]) and unit["reasons"] == len(unit["rows"])
    kept = line.town.rows("dispatch", "SELECT unit, sum(points) FROM points GROUP BY 1 ORDER BY 1")
    printed = [json.loads(row) for row in line.town.admin("dispatch", "points").splitlines()]
    assert sorted((row["unit"], row["points"]) for row in printed) == kept
    only = line.api.get("dispatch", "/dispatch/points?unit=g002")["points"]
    assert [row["unit"] for row in only] == ["g002"]
    assert line.api.call("GET", "dispatch", "/dispatch/points?from=x", "desk", "desk1", None).status_code == 422
    listed = [json.loads(row) for row in line.town.admin("dispatch", "supervision").splitlines()]
    assert {row["what"] for row in listed} == {"order", "letter", "public_notice", "problem_case"}
    assert [json.loads(row) for row in line.town.admin("dispatch", "interviews", "--state", "held").splitlines()]


def test_marks_are_judged_once_and_nothing_is_ever_taken_back(line: Line) -> None:
    until(lambda: not line.town.rows("dispatch", "SELECT 1 FROM marks WHERE due_at <= now() LIMIT 1"))
    twice = """SELECT mark_id, measure FROM points GROUP BY 1, 2 HAVING count(*) > 1
               UNION ALL SELECT mark_id, measure FROM measures GROUP BY 1, 2, member_id HAVING count(*) > 1"""
    assert line.town.rows("dispatch", twice) == []
    with line.town.database("dispatch") as connection, connection.cursor() as cursor:
        for statement in ("DELETE FROM points", "UPDATE measures SET why = ''", "UPDATE marks SET points = 9"):
            with pytest.raises(Exception, match="appended, never edited"):
                cursor.execute(statement)


def test_nothing_comes_in_the_quiet_hours(line: Line) -> None:
    """An order whose rules are silent now: even a step that is due waits for their end."""
    now = dt.datetime.now(ZONE)
    hours = [(now + dt.timedelta(hours=hours)).strftime("%H:%M") for hours in (-2, 2)]
    file = line.town.folder / "rules" / "practice.yaml"
    loud = file.read_text(encoding="utf-8")
    quiet = f'  quiet_hours: {{from: "{hours[0]}", to: "{hours[1]}", except: [P1]}}\n  supervision:'
    file.write_text(loud.replace("  supervision:", quiet, 1), encoding="utf-8")
    try:
        line.town.admin("dispatch", "load-rules", str(file))
        number = line.report("P2")
        order = until(lambda: line.order(number, "dispatched"))
        with line.town.database("dispatch") as connection, connection.cursor() as cursor:
            cursor.execute("UPDATE orders SET next_step_at = now() WHERE id = %s", [order["order_id"]])
        question = "SELECT next_step_at FROM orders WHERE id = %s AND next_step_at > now() + interval '1 hour'"
        ((at,),) = until(lambda: line.town.rows("dispatch", question, order["order_id"]))
        assert at.astimezone(ZONE).strftime("%H:%M") == hours[1]
        assert line.said(number, "work_escalated") == []
    finally:
        file.write_text(loud, encoding="utf-8")
        line.town.admin("dispatch", "load-rules", str(file))


def test_the_audit_finds_what_would_be_forgotten(line: Line) -> None:
    assert line.api.get("dispatch", "/dispatch/audit")["without_next_step"] == 0
    number = line.report("P3")
    order = until(lambda: line.order(number, "dispatched"))
    with line.town.database("dispatch") as connection, connection.cursor() as cursor:
        cursor.execute("UPDATE orders SET next_step_at = NULL WHERE id = %s", [order["order_id"]])
        cursor.execute("UPDATE audits SET audited_at = now() - interval '5 minutes'")
    found = line.api.get("dispatch", "/dispatch/audit")
    assert [(row["number"], row["why"]) for row in found["orders"]] == [(number, "none")]
    until(lambda: line.town.rows("dispatch", "SELECT 1 FROM audits WHERE without = 1"))
    metrics = requests.get(f"http://{line.town.of('dispatch')[0].ops}/metrics", timeout=10).text
    assert "wangge_orders_without_next_step 1.0" in metrics
    at = re.search(r"^wangge_orders_audited_timestamp_seconds (\S+)", metrics, re.MULTILINE)
    assert at and abs(float(at[1]) - time.time()) < 120
    logs = "".join(process.tail(2000) for process in line.town.of("dispatch"))
    assert f"new among them: {order['order_id']}" in logs
    assert json.loads(line.town.admin("dispatch", "audit"))["without_next_step"] == 1
    assert line.api.act(order["member_id"], "acknowledge", order)["accepted"]  # whatever happens to it gives it one
    assert line.api.get("dispatch", "/dispatch/audit")["without_next_step"] == 0


def _several(found: list[Any], least: int) -> list[Any]:
    return found if len(found) >= least else []


def _heads(line: Line, numbers: list[str]) -> list[dict[str, Any]]:
    return [row for number in numbers for row in line.interviews(number) if row["member_id"] == "m004"]
