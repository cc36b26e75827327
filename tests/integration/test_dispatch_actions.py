"""What members do to work orders, with all the services that hear of it: pauses, extensions, evidence, offline."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import yaml

from deploy.provision.servers import Servers
from deploy.towns.small import write_small_town
from tests.integration.test_intake_life import HERE, Desk
from tests.support.town import TemporaryTown
from tests.support.waiting import until

NEEDY = "0103"  # the category that asks for evidence
EVIDENCE = "  - {category: '0103', before: 1, after: 1, within_m: 200}"

DECIDE = "decide: {P1: 15 minute, P2: 1 emergency_hour, P3: 4 working_hour, P4: 4 working_hour}"


@pytest.fixture(scope="module")
def town(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporaryTown]:
    """The whole line in a small town, by the rules of an ordinary day."""
    folder = tmp_path_factory.mktemp("acting-town")
    write_small_town(folder)
    rules = folder / "rules" / "normal.yaml"
    text = rules.read_text(encoding="utf-8")
    text = text.replace("  extension:", f"  {EVIDENCE}\n  extension:").replace(DECIDE, "decide: {P1: 4 second}")
    rules.write_text(text, encoding="utf-8")
    with TemporaryTown(servers, folder, rules="normal", logs=tmp_path_factory.mktemp("logs")) as town:
        town.start()
        yield town


class Work(Desk):
    """A case whose handler has taken it on, and what its order goes through."""

    def begin(self, **data: Any) -> tuple[str, str]:
        number, external_id = self.report(**data)
        order = self.order(number, "dispatched")
        assert self.act(order["member_id"], "acknowledge", number)["accepted"]
        self.comes(number, "in_progress")
        return number, external_id

    def act(self, member: str, action: str, number: str, **data: Any) -> dict[str, Any]:
        body = {"command_id": str(uuid.uuid4()), "action": action, "number": number} | data
        return self.api.call("POST", "dispatch", "/dispatch/actions", "member", member, body).json()

    def does_it(self, member: str, action: str, number: str, **data: Any) -> dict[str, Any]:
        answer = self.act(member, action, number, **data)
        assert answer["accepted"], answer
        return answer

    def now(self, number: str) -> dict[str, Any]:
        """The order of a case as it is."""
        orders = self.api.get("dispatch", "/dispatch/orders")["orders"]
        (found,) = [order for order in orders if order["number"] == number]
        return self.api.get("dispatch", f"/dispatch/orders/{found['order_id']}")


@pytest.fixture
def work(town: TemporaryTown) -> Work:
    return Work(town)


def later(**amount: float) -> str:
    return (dt.datetime.now(dt.UTC) + dt.timedelta(**amount)).isoformat()


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def test_a_suspension_is_approved_by_somebody_else_and_the_deadline_moves(work: Work) -> None:
    number, external_id = work.begin(level="P2")  # a limit of 24 hours, day and night
    order = work.now(number)
    handler = order["member_id"]
    assert work.act(handler, "suspend", number, until=later(days=2))["reason_code"] == "nothing_said"
    work.does_it(handler, "suspend", number, until=later(days=2), reason="等待到货")
    assert work.act(handler, "suspend", number, until=later(days=2), reason="再次")["reason_code"] == "asked_already"
    (request,) = work.api.get("dispatch", f"/dispatch/requests?state=open&member={handler}")["requests"]
    approver = request["approver_id"]
    assert approver != handler and request["number"] == number
    until(lambda: work.notices(approver, "approval_wanted", number))
    assert work.act(handler, "approve", number)["reason_code"] == "not_yours"
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: work.act(approver, "approve", number), range(20)))
    assert sum(answer["accepted"] for answer in answers) == 1
    case = work.comes(number, "suspended")
    assert case["history"][-1]["note"] == "等待到货"
    until(lambda: work.notices(handler, "work_suspended", number))
    until(lambda: work.board(number)["state"] == "suspended")
    assert until(lambda: [words for state, words in work.told(external_id) if state == "suspended"])
    suspended = work.now(number)
    assert moment(suspended["due_at"]) - moment(order["due_at"]) > dt.timedelta(days=1, hours=23)
    work.does_it(handler, "resume", number, note="货已到")
    work.comes(number, "in_progress")
    resumed = work.now(number)
    assert dt.timedelta(0) < moment(resumed["due_at"]) - moment(order["due_at"]) < dt.timedelta(minutes=5)
    assert [r["state"] for r in resumed["requests"]] == ["approved"]
    assert "挂起" in work.town.admin("dispatch", "explain-deadline", number)
    assert "all deadlines are" in work.town.admin("dispatch", "check-deadlines")


def test_a_suspension_ends_by_itself(work: Work) -> None:
    number, _ = work.begin()
    handler = work.now(number)["member_id"]
    work.does_it(handler, "suspend", number, until=later(seconds=3), reason="等待")
    work.does_it("desk1", "approve", number)
    assert work.order(number, "in_progress")
    until(lambda: [e for e in work.now(number)["journal"] if (e["what"], e["who"]) == ("resumed", "rule")])
    until(lambda: work.notices(handler, "work_resumed", number))


def test_an_extension_is_asked_once_before_expiry_and_the_reporter_hears_the_new_date(work: Work) -> None:
    number, external_id = work.begin(level="P2")
    order = work.now(number)
    handler, due = order["member_id"], moment(order["due_at"])
    too_long = (due + dt.timedelta(hours=25)).isoformat()
    assert work.act(handler, "extend", number, until=too_long, reason="x")["reason_code"] == "too_long"
    granted = (due + dt.timedelta(hours=20)).isoformat()
    work.does_it(handler, "extend", number, until=granted, reason="协调产权单位")
    assert work.act("desk1", "deny", number)["reason_code"] == "nothing_said"
    work.does_it("desk1", "deny", number, reason="请先协调")
    until(lambda: work.notices(handler, "request_denied", number))
    work.does_it(handler, "extend", number, until=granted, reason="已协调,尚需时间")
    work.does_it("desk1", "approve", number)
    assert moment(work.now(number)["due_at"]) == moment(granted)
    until(lambda: [words for _, words in work.told(external_id) if "经批准延期至" in words])
    refused = work.act(handler, "extend", number, until=(due + dt.timedelta(hours=22)).isoformat(), reason="再延")
    assert refused["reason_code"] == "extended_before"


def test_what_was_done_offline_is_applied_in_its_own_order_and_conflicts_are_explained(work: Work) -> None:
    number, _ = work.report()
    order = work.order(number, "dispatched")
    handler, start = order["member_id"], moment(later(hours=-3))

    def did(action: str, minutes: int, **data: Any) -> dict[str, Any]:
        at = (start + dt.timedelta(minutes=minutes)).isoformat()
        body = {"command_id": f"{number}-{action}-{minutes}", "action": action, "order_id": order["order_id"], "at": at}
        return body | {"version": order["version"]} | data

    actions = [
        did("resolve", 30, note="已清理", evidence=["after:1"]),
        did("acknowledge", 1),
        {"command_id": "broken", "action": "progress", "colour": "red"},
        did("progress", 10, note="到达", position={"lon": 118.405, "lat": 28.925}),
    ]
    path = "/dispatch/actions/batch"
    answers = work.api.call("POST", "dispatch", path, "member", handler, {"actions": actions}).json()["answers"]
    assert [answer["accepted"] for answer in answers] == [True, True, False, True]
    assert answers[2]["reason_code"] == "unreadable" and "colour" in answers[2]["reason"]
    again = work.api.call("POST", "dispatch", path, "member", handler, {"actions": actions}).json()["answers"]
    assert [a["version"] for a in again if a["accepted"]] == [a["version"] for a in answers if a["accepted"]]
    resolved = work.now(number)
    assert [entry["what"] for entry in resolved["journal"]] == ["assigned", "acknowledged", "progressed", "resolved"]
    assert resolved["journal"][2]["facts"]["position"] == {"lon": 118.405, "lat": 28.925}
    assert moment(resolved["journal"][1]["done_at"]) == start + dt.timedelta(minutes=1)
    work.does_it(resolved["checker_id"], "verify", number, passed=False, note="未清净")
    late = did("resolve", 40, note="又清了一次")
    (conflict,) = work.api.call("POST", "dispatch", path, "member", handler, {"actions": [late]}).json()["answers"]
    assert conflict["reason_code"] == "version_moved_on"
    assert "核查退回" in conflict["reason"] and resolved["checker_id"] in conflict["reason"]
    for wrong in ({}, {"actions": []}, {"actions": "x"}, {"actions": [1] * 201}):
        assert work.api.call("POST", "dispatch", path, "member", handler, wrong).status_code == 422


def test_the_third_transfer_goes_to_the_desk(work: Work) -> None:
    number, _ = work.begin()
    for unit in ("g002", "g003"):
        handler = work.now(number)["member_id"]
        work.does_it(handler, "transfer", number, to=unit, reason="属该网格")
        assert work.now(number)["unit"] == unit
    handler = work.now(number)["member_id"]
    assert work.act(handler, "transfer", number, to="g001", reason=" ")["reason_code"] == "nothing_said"
    work.does_it(handler, "transfer", number, to="g001", reason="无人主办")
    assert work.now(number)["member_id"] == "desk1"
    assert work.act("desk1", "transfer", number, to="g009", reason="x")["reason_code"] == "unknown_unit"
    work.does_it("desk1", "transfer", number, to="g001", reason="指定主办")
    assert work.now(number)["unit"] == "g001"
    work.comes(number, "dispatched")


def test_nobody_is_done_while_another_unit_assists(work: Work) -> None:
    number, _ = work.begin()
    handler = work.now(number)["member_id"]
    work.does_it(handler, "assist", number, to="g002", note="请带梯子")
    (assist,) = work.now(number)["assists"]
    helper = assist["member_id"]
    until(lambda: work.notices(helper, "assist_wanted", number))
    (mine,) = work.api.get("dispatch", f"/dispatch/assists?member={helper}", "member", helper)["assists"]
    assert (mine["number"], mine["state"]) == (number, "asked")
    assert work.api.get("dispatch", f"/dispatch/orders/{mine['order_id']}", "member", helper)["number"] == number
    refused = work.act(handler, "resolve", number, note="好了")
    assert refused["reason_code"] == "assists_open" and "g002" in refused["reason"]
    work.does_it(helper, "assist_done", number, note="已协助")
    until(lambda: work.notices(handler, "assist_done", number))
    work.does_it(handler, "resolve", number, note="好了")
    work.comes(number, "resolved")


def test_who_owes_a_decision_or_help_is_reminded_once_and_then_it_goes_one_level_up(work: Work) -> None:
    number, _ = work.begin(level="P1")
    handler = work.now(number)["member_id"]
    work.does_it(handler, "suspend", number, until=later(days=1), reason="等待到货")
    approver = work.now(number)["requests"][0]["approver_id"]
    work.does_it(handler, "assist", number, to="g002", note="请带梯子", until=later(seconds=5))
    helper = work.now(number)["assists"][0]["member_id"]
    until(lambda: work.notices("desk1", "answer_passed_up", number))
    until(lambda: work.notices(helper, "answer_overdue", number))
    until(lambda: work.notices(approver, "answer_overdue", number))
    assert {len(work.notices(member, "answer_awaited", number)) for member in (approver, helper)} == {1}
    order = work.now(number)
    assert order["requests"][0]["approver_id"] == "desk1"
    answers = order["assists"][0]["answers_id"]
    assert answers not in (None, helper)
    (owed,) = work.api.get("dispatch", f"/dispatch/assists?state=asked&member={answers}", "member", answers)["assists"]
    assert owed["number"] == number
    assert [entry["what"] for entry in order["journal"]].count("awaited") == 4
    work.does_it("desk1", "deny", number, reason="请继续办理")
    work.does_it(answers, "assist_done", number, note="已安排他人协助")
    assert work.act(handler, "resolve", number, note="好了")["reason_code"] in (None, "evidence_missing")


def test_withdrawn_work_releases_those_who_assist(work: Work) -> None:
    number, _ = work.begin()
    work.does_it(work.now(number)["member_id"], "assist", number, to="g002", note="请协助")
    (assist,) = work.now(number)["assists"]
    work.does(number, "cancel", reason="不再需要")
    until(lambda: work.notices(assist["member_id"], "assist_released", number))
    assert [one["state"] for one in work.now(number)["assists"]] == ["released"]


def test_what_a_category_asks_for_must_be_shown(work: Work) -> None:
    number, _ = work.begin(category=NEEDY)
    handler = work.now(number)["member_id"]
    near, far = {"lon": HERE["lon"], "lat": HERE["lat"]}, {"lon": 118.41, "lat": HERE["lat"]}
    shown: dict[str, Any] = {"note": "已清运"}
    for more, code in (
        ({"evidence": ["photo:after"]}, "evidence_missing"),
        ({"before": ["photo:after"]}, "evidence_missing"),  # one photo is not both
        ({"before": ["photo:before"]}, "position_missing"),
        ({"position": far}, "too_far"),
    ):
        shown |= more
        refused = work.act(handler, "resolve", number, **shown)
        assert refused["reason_code"] == code and " / " in refused["reason"]
    work.does_it(handler, "resolve", number, **shown | {"position": near})
    wrong = {"command_id": "p", "action": "progress", "number": number, "position": {"lon": 999, "lat": 0}}
    assert work.api.call("POST", "dispatch", "/dispatch/actions", "member", handler, wrong).status_code == 422


def test_the_desk_cancels_and_whoever_reported_it_hears_why(work: Work) -> None:
    number, external_id = work.begin()
    handler = work.now(number)["member_id"]
    assert work.act(handler, "cancel", number, reason="x")["reason_code"] == "not_yours"
    work.does_it("desk1", "cancel", number, reason="经核实为误报")
    work.comes(number, "cancelled")
    until(lambda: work.notices(handler, "work_withdrawn", number))
    assert until(lambda: [words for state, words in work.told(external_id) if state == "cancelled"]) == [
        f"{number} 已撤销:经核实为误报"
    ]


def test_a_new_calendar_moves_open_deadlines_and_forgets_no_pause(work: Work) -> None:
    number, _ = work.begin()  # P3: seven working days
    handler = work.now(number)["member_id"]
    work.does_it(handler, "suspend", number, until=later(days=4), reason="等待")
    work.does_it("desk1", "approve", number)
    before = moment(work.now(number)["due_at"])
    calendar = work.town.folder / "calendar.yaml"
    document = yaml.safe_load(calendar.read_text(encoding="utf-8"))
    first = dt.date.today() + dt.timedelta(days=5)
    document["holidays"] += [first + dt.timedelta(days=n) for n in range(20)]
    calendar.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    work.town.admin("dispatch", "load-town", str(work.town.folder.resolve()))
    moved = until(lambda: (now := moment(work.now(number)["due_at"])) > before and now)
    assert moved >= before + dt.timedelta(days=10)
    until(lambda: work.notices(handler, "work_redated", number))
    until(lambda: not work.town.rows("dispatch", "SELECT 1 FROM redating"))
    assert "all deadlines are" in work.town.admin("dispatch", "check-deadlines")


def test_rules_that_cannot_be_read_are_refused_with_their_lines(work: Work) -> None:
    rules = work.town.folder / "rules" / "normal.yaml"
    bad = work.town.folder / "bad.yaml"
    bad.write_text(rules.read_text(encoding="utf-8").replace("before: 1", "before: many"), encoding="utf-8")
    with pytest.raises(Exception, match=r"bad\.yaml:\d+: dispatch\.evidence\.2\.before"):
        work.town.admin("dispatch", "load-rules", str(bad.resolve()))


def test_in_the_end_nothing_is_parked_and_every_count_is_whole(work: Work) -> None:
    until(lambda: all(not work.town.rows(s, "SELECT 1 FROM parked") for s in ("intake", "dispatch", "board")))
    gaps = (
        "SELECT case_id, source FROM journal WHERE sequence IS NOT NULL GROUP BY 1, 2 HAVING count(*) <> max(sequence)"
    )
    until(lambda: not work.town.rows("board", gaps))
    count = """SELECT m.member_id FROM in_hand m WHERE m.handling <> (SELECT count(*) FROM orders o
        WHERE o.member_id = m.member_id AND o.state IN ('dispatched', 'in_progress'))"""
    assert work.town.rows("dispatch", count) == []
