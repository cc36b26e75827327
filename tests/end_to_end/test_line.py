"""The whole line with the real clients: one case from an upstream platform to its closing, and the other ways."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from wangge_client import Member, Notice, Upstream

from tests.support.autopilot import Api
from tests.support.town import TemporaryTown
from tests.support.waiting import until

PLACE = {"text": "第1网格", "lon": 118.405, "lat": 28.925}
REPORTER = {"name": "报事人", "phone": "19900000001"}


class People:
    """The clients of a test: an upstream platform and the members who get work."""

    def __init__(self, town: TemporaryTown, folder: Path, stack: ExitStack):
        self._town, self._folder, self._stack = town, folder, stack
        self._members: dict[str, Member] = {}
        self.feedback: list[dict[str, Any]] = []
        self.hotline = stack.enter_context(Upstream(town.uri("sources", "hotline"), "hotline", folder / "hotline.db"))
        self.hotline.hear(self.feedback.append)

    def member(self, name: str) -> Member:
        if name not in self._members:
            uri = self._town.uri("members", name)
            self._members[name] = self._stack.enter_context(Member(uri, name, self._folder / f"{name}.db"))
        return self._members[name]

    def notice(self, name: str, kind: str, number: str, round_: int = 1) -> Notice:
        """The next notice of this kind about this round of the case."""
        for notice in self.member(name).notices(timeout=30):
            if (notice.kind, notice.number, notice.data.get("round")) == (kind, number, round_):
                return notice
        raise AssertionError(f"{name} has not heard {kind} about {number}")

    def heard(self, external_id: str) -> list[str]:
        """What the hotline has heard about a report: the state where there is one, else the kind."""
        return [
            event["data"].get("state") or event["type"]
            for event in self.feedback
            if event["data"]["external_id"] == external_id
        ]


@pytest.fixture
def people(town: TemporaryTown, tmp_path: Path) -> Iterator[People]:
    with ExitStack() as stack:
        yield People(town, tmp_path, stack)


def report(**data: Any) -> dict[str, Any]:
    fresh = {
        "external_id": f"HL-{uuid.uuid4()}",
        "title": "路口垃圾",
        "kind": "complaint",
        "place": PLACE,
        "reporter": REPORTER,
    }
    return fresh | data


def state_of(api: Api, number: str) -> str:
    return api.get("intake", f"/intake/cases/{number}")["state"]


def number_of(api: Api, source: str, external_id: str) -> str | None:
    cases = api.get("intake", f"/intake/cases?source={source}")["cases"]
    return next((case["number"] for case in cases if case["external_id"] == external_id), None)


def order_of(api: Api, number: str, state: str) -> dict[str, Any] | None:
    orders = api.get("dispatch", f"/dispatch/orders?state={state}")["orders"]
    return next((order for order in orders if order["number"] == number), None)


def published(people: People, api: Api, **data: Any) -> tuple[str, dict[str, Any]]:
    """A report of the hotline that has become a case with a member: its number and its work order."""
    sent = report(**data)
    people.hotline.publish(sent)
    number = until(lambda: number_of(api, "hotline", sent["external_id"]))
    return number, until(lambda: order_of(api, number, "dispatched")) | {"external_id": sent["external_id"]}


def handled(people: People, api: Api, number: str, order: dict[str, Any]) -> dict[str, Any]:
    """Acknowledged, resolved and verified; gives back the call that is due."""
    member, round_ = people.member(order["member_id"]), order["round"]
    assert member.acknowledge(people.notice(order["member_id"], "work_assigned", number, round_)).accepted
    assert member.resolve(until(lambda: order_of_client(member, number)), note="已清运", evidence=["photo:1"]).accepted
    resolved = until(lambda: order_of(api, number, "resolved"))
    checker = people.member(resolved["checker_id"])
    assert resolved["checker_id"] != resolved["member_id"]
    assert checker.verify(people.notice(resolved["checker_id"], "check_wanted", number, round_), passed=True).accepted
    return until(lambda: api.call_about(number, round_))


def order_of_client(member: Member, number: str) -> Any:
    return member.order_of(number)


def answer(api: Api, call: dict[str, Any], solved: str, satisfaction: str) -> None:
    api.answered(call, solved, satisfaction).raise_for_status()


def test_a_case_from_the_hotline_to_its_closing(people: People, api: Api) -> None:
    number, order = published(people, api)
    answer(api, handled(people, api, number, order), "yes", "satisfied")
    until(lambda: state_of(api, number) == "closed")
    wanted = ["accepted", "dispatched", "in_progress", "resolved", "closed"]
    until(lambda: people.heard(order["external_id"])[-1:] == ["closed"])
    assert people.heard(order["external_id"]) == wanted
    timeline = until(lambda: closed_timeline(api, number))
    assert [entry["type"] for entry in timeline if entry["type"].startswith("dispatch.work_")] == [
        "dispatch.work_assigned.v1",
        "dispatch.work_acknowledged.v1",
        "dispatch.work_resolved.v1",
        "dispatch.work_verified.v1",
    ]


def closed_timeline(api: Api, number: str) -> list[dict[str, Any]] | None:
    board = api.get("board", f"/board/cases/{number}")
    return board["timeline"] if any(e["type"] == "intake.case_closed.v1" for e in board["timeline"]) else None


def test_not_solved_goes_out_again_and_leaves_a_trace(people: People, api: Api) -> None:
    number, order = published(people, api)
    answer(api, handled(people, api, number, order), "no", "dissatisfied")
    again = until(lambda: order_of(api, number, "dispatched"))
    assert again["round"] == 2
    answer(api, handled(people, api, number, again), "yes", "mostly_satisfied")
    until(lambda: state_of(api, number) == "closed")
    case = api.get("intake", f"/intake/cases/{number}")
    assert (case["round"], case["satisfaction"]) == (2, "mostly_satisfied")
    assert "callback.rework_asked.v1" in [step["cause"] for step in case["history"]]


def test_the_same_report_again_is_the_same_case(people: People, api: Api) -> None:
    number, order = published(people, api)
    with_people = api.call(
        "POST", "intake", "/intake/reports", "source", "hotline", report(external_id=order["external_id"])
    )
    assert (with_people.status_code, with_people.json()["number"]) == (200, number)


def test_a_returned_order_goes_to_somebody_else(people: People, api: Api) -> None:
    number, order = published(people, api)
    member = people.member(order["member_id"])
    assert member.return_(people.notice(order["member_id"], "work_assigned", number), "不在本网格").accepted
    again = until(lambda: (o := order_of(api, number, "dispatched")) and o["member_id"] != order["member_id"] and o)
    refused = member.acknowledge(until(lambda: order_of_client(member, number)))
    assert not refused.accepted
    assert refused.reason
    assert people.notice(again["member_id"], "work_assigned", number)


def test_nobody_acknowledges_so_it_goes_one_step_up(people: People, api: Api) -> None:
    number, order = published(people, api)
    moved = until(lambda: (o := order_of(api, number, "dispatched")) and o["member_id"] != order["member_id"] and o, 90)
    assert people.notice(moved["member_id"], "work_escalated", number)
    timeline = api.get("board", f"/board/cases/{number}")["timeline"]
    assert "dispatch.work_escalated.v1" in [entry["type"] for entry in timeline]


def test_the_desk_refuses_with_a_reason(api: Api) -> None:
    body = {"external_id": f"P-{uuid.uuid4()}", "title": "官司", "place": PLACE}
    number = api.call("POST", "intake", "/intake/reports", "source", "portal", body).json()["number"]
    refusal = {"reason_code": "in_court", "reason": "已进入诉讼程序"}
    assert api.call("POST", "intake", f"/intake/cases/{number}/reject", "desk", "desk1", refusal).status_code == 200
    assert state_of(api, number) == "rejected"


def test_an_unreadable_report_is_answered_with_the_way_to_repair_it(people: People) -> None:
    people.hotline.publish(report(external_id="broken", colour="red"))
    event = until(lambda: next((e for e in people.feedback if e["data"]["external_id"] == "broken"), None))
    assert event["type"] == "feedback.report_rejected.v1"
    assert event["data"]["reasons"][0]["repair"]


def test_a_member_reports_what_it_found(people: People, api: Api) -> None:
    found = {"external_id": f"P-{uuid.uuid4()}", "title": "井盖缺失", "place": PLACE}
    people.member("m002").report(found)
    number = until(lambda: number_of(api, "patrol", f"m002/{found['external_id']}"))
    assert until(lambda: order_of(api, number, "dispatched"))


def test_found_and_settled_on_the_spot_is_verified_and_counted(people: People, api: Api) -> None:
    found = {"external_id": f"P-{uuid.uuid4()}", "title": "小广告", "place": PLACE}
    people.member("m003").report(found | {"settled": {"note": "已清除", "evidence": ["photo:9"]}})
    number = until(lambda: number_of(api, "patrol", f"m003/{found['external_id']}"))
    resolved = until(lambda: order_of(api, number, "resolved"))
    assert resolved["checker_id"] != "m003"
    checker = people.member(resolved["checker_id"])
    assert checker.verify(people.notice(resolved["checker_id"], "check_wanted", number), passed=True).accepted
    until(lambda: state_of(api, number) == "closed")  # nobody outside to ask


def test_a_failed_check_goes_back_to_its_handler(people: People, api: Api) -> None:
    number, order = published(people, api)
    member = people.member(order["member_id"])
    assert member.acknowledge(people.notice(order["member_id"], "work_assigned", number)).accepted
    assert member.resolve(until(lambda: order_of_client(member, number)), note="好了").accepted
    resolved = until(lambda: order_of(api, number, "resolved"))
    checker = people.member(resolved["checker_id"])
    notice = people.notice(resolved["checker_id"], "check_wanted", number)
    assert checker.verify(notice, passed=False, note="还有垃圾").accepted
    assert people.notice(order["member_id"], "work_sent_back", number)
    until(lambda: state_of(api, number) == "in_progress")


def test_a_member_cannot_do_what_is_not_its_own(people: People, api: Api) -> None:
    _, order = published(people, api)
    stranger = next(name for name in ("m002", "m003", "m005") if name != order["member_id"])
    refused = api.act(stranger, "acknowledge", order)
    assert not refused["accepted"]
    assert refused["reason"]
