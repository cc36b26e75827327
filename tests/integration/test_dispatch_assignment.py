"""Who gets the work: by the town's policies, out of the pool, by hand, and again; with real processes and servers."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.provision.servers import Servers
from deploy.towns.small import write_small_town
from tests.integration.test_intake_doors import say
from tests.support.autopilot import Api
from tests.support.town import TemporaryTown
from tests.support.waiting import until

PEOPLE = 50  # workers of the one grid, m002 to m051; m001 is their leader
HERE = {"text": "第1网格", "lon": 118.405, "lat": 28.925}
SHORT = {"among": "town", "within": "1 second"}
POLICIES: list[dict[str, Any]] = [
    {"name": "先认领", "when": {"category": "08"}, "way": "least_loaded", "pool": {"among": "grid", "within": "1 day"}},
    {"name": "不久留", "when": {"category": "06"}, "way": "least_loaded", "pool": SHORT},
    {"name": "轮流", "when": {"category": "03"}, "way": "round_robin"},
    {"name": "坐席派", "when": {"category": "02"}, "way": "by_hand"},
    {
        "name": "综合",
        "when": {"category": ["01", "05"]},
        "way": "weighed",
        "weights": {"skill": 50, "load": 30, "distance": 10, "fairness": 10},
    },
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town of one grid with many people, who have a day to take work on."""
    folder = tmp_path_factory.mktemp("many-people")
    write_small_town(folder, grids=1, members_per_grid=PEOPLE + 1)
    path = folder / "rules" / "practice.yaml"
    rules = yaml.safe_load(path.read_text(encoding="utf-8").replace(" 20 second", " 1 day"))
    rules["dispatch"]["assignment"] = POLICIES
    path.write_text(yaml.safe_dump(rules, allow_unicode=True), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def town(servers: Servers, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporaryTown]:
    services = ("intake", "dispatch", "notify")
    with TemporaryTown(servers, folder, services, logs=tmp_path_factory.mktemp("logs")) as town:
        town.start()
        town.start("dispatch")  # a second replica
        yield town


class Desk:
    """Cases of a town, and whoever works on them."""

    def __init__(self, town: TemporaryTown):
        self.town, self.api = town, Api(town)

    def case(self, category: str) -> str:
        """A new case: its number."""
        body = {"external_id": str(uuid.uuid4()), "title": "路灯不亮", "category": category, "kind": "report"}
        answer = self.api.call("POST", "intake", "/intake/reports", "source", "hotline", body | {"place": HERE})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["number"])

    def order(self, number: str, state: str, round_: int = 1) -> dict[str, Any]:
        """Its work order, with everything about it, once it has come to this state."""
        sql = """SELECT o.id::text FROM orders o JOIN cases c ON c.id = o.case_id
                 WHERE c.number = %s AND o.state = %s AND o.round = %s"""
        ((order_id,),) = until(lambda: self.town.rows("dispatch", sql, number, state, round_))
        order: dict[str, Any] = self.api.get("dispatch", f"/dispatch/orders/{order_id}")
        return order

    def given(self, category: str, state: str = "dispatched") -> dict[str, Any]:
        return self.order(self.case(category), state)

    def assign(self, order_id: str, member: str, **body: Any) -> Any:
        body = {"member_id": member, "reason": "熟悉情况"} | body
        return self.api.call("POST", "dispatch", f"/dispatch/orders/{order_id}/assign", "desk", "desk1", body)

    def told(self, number: str, kind: str) -> set[str]:
        """Members who have got a notice of this kind about a case."""
        sql = "SELECT member_id FROM notices WHERE kind = %s AND body->>'number' = %s"
        return {member for (member,) in self.town.rows("notify", sql, kind, number)}

    def set(self, sql: str, *values: Any) -> None:
        with self.town.database("dispatch") as connection, connection.cursor() as cursor:
            cursor.execute(sql, values)


@pytest.fixture
def desk(town: TemporaryTown) -> Iterator[Desk]:
    desk = Desk(town)
    yield desk
    desk.set("UPDATE members SET on_duty = true, skills = '{}'")


def test_of_fifty_who_claim_at_once_one_has_it_and_the_others_learn_why_not(desk: Desk) -> None:
    number = desk.case("0801")
    order = desk.order(number, "pooled")
    assert (order["member_id"], order["ack_due_at"], order["assignments"]) == (None, None, [])
    until(lambda: len(desk.told(number, "work_offered")) == PEOPLE)  # of 51 who may take it
    people = [f"m{n:03d}" for n in range(2, PEOPLE + 2)]
    mine = [o["number"] for o in desk.api.get("dispatch", "/dispatch/pool", "member", "m002")["orders"]]
    assert number in mine
    assert desk.api.get("dispatch", "/dispatch/pool", "member", "checker1")["orders"] == []
    with ThreadPoolExecutor(PEOPLE) as pool:
        answers = list(pool.map(lambda member: desk.api.act(member, "claim", order), people))
    winners = [answer["member_id"] for answer in answers if answer["accepted"]]
    assert len(winners) == 1
    assert {answer["reason_code"] for answer in answers} == {None, "taken"}
    assert all("已被他人认领" in answer["reason"] for answer in answers if not answer["accepted"])
    order = desk.order(number, "in_progress")
    assert (order["member_id"], [a["member_id"] for a in order["assignments"]]) == (winners[0], winners)
    assert "claimed it" in order["assignments"][0]["why"]
    assert [step["what"] for step in order["journal"]] == ["pooled", "assigned", "acknowledged"]
    assert desk.api.act(winners[0], "resolve", order, note="done")["accepted"]
    state = until(lambda: (s := desk.api.get("intake", f"/intake/cases/{number}")["state"]) == "resolved" and s)
    assert state == "resolved"


def test_who_may_not_take_it_is_refused(desk: Desk) -> None:
    order = desk.given("0801", "pooled")
    desk.set("UPDATE members SET on_duty = false WHERE member_id = 'm002'")
    desk.set("UPDATE members SET skills = '{01}' WHERE member_id = 'm003'")
    refused = [desk.api.act(member, "claim", order)["reason_code"] for member in ("m002", "m003", "checker1")]
    assert refused == ["off_duty", "not_for_you", "not_for_you"]
    assert desk.api.act("m001", "claim", order)["accepted"]  # the leader of the grid may
    assert desk.api.act("m001", "claim", order | {"version": 9})["reason_code"] == "yours_already"


def test_what_nobody_claims_in_time_is_given_out_by_the_policy(desk: Desk) -> None:
    order = desk.given("0601")
    assert "nobody has claimed it in time" in order["assignments"][0]["why"]
    assert [step["what"] for step in order["journal"]] == ["pooled", "assigned"]
    assert order["ack_due_at"] is not None


def test_weighed_by_skill_and_load_with_all_that_was_considered(desk: Desk, town: TemporaryTown) -> None:
    desk.set("UPDATE members SET skills = '{0103}' WHERE member_id = 'm040'")
    order = desk.given("0103")
    (given,) = order["assignments"]
    assert (given["member_id"], given["policy"]) == ("m040", "综合")
    assert "专长相符" in given["why"]
    assert given["considered"][0]["member_id"] == "m040"
    assert len(given["considered"]) == 5
    assert given["considered"][0]["points"]["skill"] == 1.0
    assert given["considered"][0]["score"] > given["considered"][1]["score"]
    assert given["considered"][0]["metres"] == 0  # the case lies in the middle of the only grid
    assert desk.given("0501")["member_id"] != "m040"  # it is no trade of m040
    text = town.admin("dispatch", "why", order["number"])
    assert "m040 [综合]" in text
    assert "score" in text


def test_in_turn_from_one_transaction_to_the_next(desk: Desk) -> None:
    desk.set("UPDATE members SET on_duty = false WHERE role = 'worker' AND member_id NOT IN ('m010', 'm011', 'm012')")
    got = [desk.given("0301")["member_id"] for _ in range(6)]
    assert sorted(got[:3]) == ["m010", "m011", "m012"]
    assert got[3:] == got[:3]


def test_by_hand_goes_to_the_desk_who_gives_it_to_a_member(desk: Desk) -> None:
    order = desk.given("0201")
    assert order["member_id"] == "desk1"
    assert "由坐席指派" in order["assignments"][0]["why"]
    assert desk.assign(order["order_id"], "m020", version=order["version"] + 1).status_code == 409
    answer = desk.assign(order["order_id"], "m020", version=order["version"])
    assert (answer.status_code, answer.json()["member_id"]) == (200, "m020")
    again = desk.assign(order["order_id"], "m020")
    assert again.json() == answer.json()  # nothing has changed
    after = desk.api.get("dispatch", f"/dispatch/orders/{order['order_id']}")
    assert [(a["member_id"], a["end_reason"]) for a in after["assignments"]] == [
        ("desk1", "reassigned"),
        ("m020", None),
    ]
    assert "desk1" in after["journal"][-1]["who"]
    assert "熟悉情况" in after["journal"][-1]["note"]
    until(lambda: desk.told(order["number"], "work_taken_away") == {"desk1"})
    assert desk.told(order["number"], "work_assigned") == {"desk1", "m020"}
    in_hand = "SELECT handling FROM in_hand WHERE member_id = 'm020'"
    held = "SELECT count(*) FROM orders WHERE member_id = 'm020' AND state IN ('dispatched', 'in_progress')"
    assert desk.town.rows("dispatch", in_hand) == desk.town.rows("dispatch", held)


def test_a_pooled_order_can_be_given_by_hand_too(desk: Desk) -> None:
    order = desk.given("0801", "pooled")
    assert desk.assign(order["order_id"], "m021").status_code == 200
    assert desk.api.act("m022", "claim", order)["reason_code"] == "taken"
    assert desk.api.act("m021", "acknowledge", desk.order(order["number"], "dispatched"))["accepted"]


@pytest.mark.parametrize(
    ("member", "status", "words"),
    [("nobody", 422, "there is no"), ("checker1", 422, "there is no"), ("m030", 422, "not on duty")],
)
def test_whoever_cannot_have_it_is_refused_with_the_way_to_repair(
    desk: Desk, member: str, status: int, words: str
) -> None:
    desk.set("UPDATE members SET on_duty = false WHERE member_id = 'm030'")
    order = desk.given("0201")
    answer = desk.assign(order["order_id"], member)
    assert answer.status_code == status
    (reason,) = answer.json()["reasons"]
    assert reason["field"] == "member_id"
    assert words in reason["problem"]
    assert desk.order(order["number"], "dispatched")["version"] == order["version"]


def test_only_desk_and_leaders_give_orders_and_only_such_as_there_are(desk: Desk) -> None:
    path = f"/dispatch/orders/{uuid.uuid4()}/assign"
    body = {"member_id": "m020", "reason": "x"}
    assert desk.api.call("POST", "dispatch", path, "desk", "desk1", body).status_code == 404
    assert desk.api.call("POST", "dispatch", path, "member", "m020", body).status_code == 403
    assert desk.assign("no-id", "m020").status_code == 404
    answer = desk.api.call("POST", "dispatch", path, "leader", "m001", {"member_id": "m020"})
    assert answer.status_code == 422
    assert answer.json()["reasons"][0]["field"] == "reason"


def test_the_next_round_goes_to_the_same_unit_when_its_member_is_away(desk: Desk, town: TemporaryTown) -> None:
    order = desk.given("0301")
    number, first = order["number"], order["member_id"]
    assert desk.api.act(first, "acknowledge", order)["accepted"]
    assert desk.api.act(first, "resolve", desk.order(number, "in_progress"), note="done")["accepted"]
    resolved = desk.order(number, "resolved")
    assert desk.api.act(resolved["checker_id"], "verify", resolved, passed=True)["accepted"]
    desk.set("UPDATE members SET on_duty = false WHERE member_id = %s", first)
    ((case_id,),) = town.rows("dispatch", "SELECT id::text FROM cases WHERE number = %s", number)
    asked = {"number": number, "round": 2, "solved": "no", "satisfaction": "dissatisfied", "why": "x"}
    say(town, "callback.rework_asked.v1", asked, subject=number, correlationid=case_id, sequence=1)
    again = desk.order(number, "dispatched", 2)
    assert again["member_id"] != first
    assert "the unit of round 1, on duty there" in again["assignments"][0]["why"]


def test_a_wrong_policy_is_refused_with_its_line_and_the_old_ones_stay(
    desk: Desk, town: TemporaryTown, folder: Path, tmp_path: Path
) -> None:
    rules = (folder / "rules" / "practice.yaml").read_text(encoding="utf-8")
    path = tmp_path / "wrong.yaml"
    path.write_text(rules.replace("round_robin", "by_dice"), encoding="utf-8")
    line = next(n for n, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if "by_dice" in text)
    with pytest.raises(Exception, match="refused") as error:
        town.admin("dispatch", "load-rules", str(path))
    assert f"wrong.yaml:{line}: dispatch.assignment.2.way: 'by_dice' is not known here" in str(error.value)
    assert desk.given("0201")["member_id"] == "desk1"


def test_other_policies_on_trial_change_nothing_and_show_the_difference(
    desk: Desk, town: TemporaryTown, folder: Path, tmp_path: Path
) -> None:
    given = [desk.given("0201")["number"] for _ in range(3)]
    rules = yaml.safe_load((folder / "rules" / "practice.yaml").read_text(encoding="utf-8"))
    rules["dispatch"]["assignment"] = [{"name": "都轮流", "when": {}, "way": "round_robin"}]
    path = tmp_path / "tried.yaml"
    path.write_text(yaml.safe_dump(rules, allow_unicode=True), encoding="utf-8")
    result = json.loads(town.admin("dispatch", "try-assignment", str(path), "--days", "1", "--json"))
    assert result["cases"] >= len(given)
    changed = {row["number"]: row for row in result["differences"]}
    for number in given:
        assert (changed[number]["level_before"], changed[number]["level_after"]) == ("desk", "worker")
        assert changed[number]["got"] == "desk1"
    assert result["after"]["deviation"] <= result["before"]["deviation"] + 1
    assert "desk → worker" in town.admin("dispatch", "try-assignment", str(path), "--days", "1")
    assert desk.given("0201")["member_id"] == "desk1"
