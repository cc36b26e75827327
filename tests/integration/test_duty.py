"""Duty and leave in a small town: who gets work follows from them at once, and so does where open work goes."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests

from deploy.provision.servers import Servers
from deploy.towns.small import write_small_town
from tests.integration.test_intake_life import HERE, THERE
from tests.support.autopilot import Api
from tests.support.town import TemporaryTown
from tests.support.waiting import until

ZONE = ZoneInfo("Asia/Shanghai")
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
# grids g001 … g004: a leader and two workers each
LEADER, ONE, OTHER = "m001", "m002", "m003"
EAST = {"text": "第3网格", "lon": 118.425, "lat": 28.925}


@pytest.fixture(scope="module")
def town(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporaryTown]:
    """Members have a day to take work on; two replicas of dispatch share the timers."""
    folder = tmp_path_factory.mktemp("patient-town")
    write_small_town(folder)
    rules = folder / "rules" / "practice.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").replace(" 20 second", " 1 day"), encoding="utf-8")
    with TemporaryTown(servers, folder, logs=tmp_path_factory.mktemp("logs")) as town:
        town.start()
        town.start("dispatch")
        yield town


class Office:
    """Cases, duty and leave of a town, by HTTP."""

    def __init__(self, town: TemporaryTown):
        self.town, self.api = town, Api(town)

    def report(self, place: dict[str, Any] = HERE) -> str:
        body = {
            "external_id": str(uuid.uuid4()),
            "title": "路灯不亮",
            "kind": "complaint",
            "level": "P3",
            "place": place,
        }
        answer = self.api.call("POST", "intake", "/intake/reports", "source", "hotline", body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["number"])

    def order(self, number: str, state: str = "dispatched", **having: Any) -> dict[str, Any]:
        """The work order of a case, once it has come to this state and these values."""

        def found() -> dict[str, Any] | None:
            orders = self.api.get("dispatch", f"/dispatch/orders?state={state}")["orders"]
            one = next((order for order in orders if order["number"] == number), None)
            return one if one and having.items() <= one.items() else None

        return dict(until(found))

    def asks(
        self, method: str, path: str, body: Any = None, role: str = "desk", name: str = "desk1"
    ) -> requests.Response:
        return self.api.call(method, "dispatch", f"/dispatch/{path}", role, name, body)

    def does(self, method: str, path: str, body: Any = None, role: str = "desk", name: str = "desk1") -> Any:
        answer = self.asks(method, path, body, role, name)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def leave(self, member: str, delegate: str | None = None, start: dt.datetime | None = None, **who: str) -> Any:
        begin = start or now() - HOUR
        body = {"starts_at": begin.isoformat(), "ends_at": (begin + 2 * DAY).isoformat(), "reason": "病假"}
        return self.does("POST", "leaves", body | {"member_id": member, "delegate_id": delegate}, **who)

    def ends(self, leave: dict[str, Any]) -> None:
        self.does("POST", f"leaves/{leave['leave_id']}/cancel", {"reason": "返岗"})

    def notices(self, member: str, kind: str, number: str) -> list[dict[str, Any]]:
        statement = "SELECT body FROM notices WHERE member_id = %s AND kind = %s AND body->>'number' = %s"
        return [body for (body,) in self.town.rows("notify", statement, member, kind, number)]


def now() -> dt.datetime:
    return dt.datetime.now(ZONE)


@pytest.fixture
def office(town: TemporaryTown) -> Office:
    return Office(town)


def test_the_work_of_whoever_goes_on_leave_goes_to_the_delegate(office: Office) -> None:
    number = office.report()
    before = office.order(number)
    assert before["member_id"] == ONE
    assert office.api.act(ONE, "acknowledge", before)["accepted"]
    asked = office.leave(ONE, "m006", role="member", name=ONE)
    assert (asked["state"], asked["delegate_id"]) == ("asked", "m006")
    own = office.asks("POST", f"leaves/{asked['leave_id']}/decide", {"granted": True}, "leader", ONE)
    assert own.status_code == 422 and "自己" in own.text
    granted = office.does("POST", f"leaves/{asked['leave_id']}/decide", {"granted": True}, "leader", LEADER)
    assert (granted["state"], granted["decided_by"]) == ("granted", LEADER)
    after = office.order(number, member_id="m006")
    assert (after["due_at"], after["version"]) == (before["due_at"], before["version"] + 3)
    until(lambda: office.notices(ONE, "work_taken_away", number) and office.notices("m006", "work_assigned", number))
    journal = office.does("GET", f"orders/{after['order_id']}")
    assert [step["what"] for step in journal["journal"]] == ["assigned", "acknowledged", "rerouted", "assigned"]
    assert [a["end_reason"] for a in journal["assignments"]] == ["on_leave", None]
    assert office.order(office.report())["member_id"] == OTHER  # new work goes to who is there
    assert ONE in [row["member_id"] for row in office.does("GET", "duty")["off_duty"]]
    office.ends(granted)
    assert office.order(office.report())["member_id"] == ONE
    assert office.api.act("m006", "acknowledge", after)["accepted"]
    until(lambda: office.api.get("intake", f"/intake/cases/{number}")["state"] == "in_progress")


def test_what_waits_for_a_check_goes_to_another_checker(office: Office) -> None:
    number = office.report(THERE)
    order = office.order(number)
    assert office.api.act(order["member_id"], "acknowledge", order)["accepted"]
    assert office.api.act(order["member_id"], "resolve", office.order(number, "in_progress"), note="好了")["accepted"]
    checker = office.order(number, "resolved")["checker_id"]
    assert checker == "m004"
    leave = office.leave(checker)
    resolved = office.order(number, "resolved", checker_id="checker1")
    until(lambda: office.notices("checker1", "check_taken_over", number))
    assert office.api.act("checker1", "verify", resolved, passed=True)["accepted"]
    until(lambda: office.api.get("intake", f"/intake/cases/{number}")["state"] in ("follow_up_pending", "closed"))
    office.ends(leave)


def test_who_stands_in_for_a_leader_checks_and_decides_as_long_as_the_leave_lasts(office: Office) -> None:
    leave = office.leave(LEADER, "m006")
    number = office.report()
    order = office.order(number)
    handler = order["member_id"]
    assert office.api.act(handler, "acknowledge", order)["accepted"]
    order = office.order(number, "in_progress")
    until_then = (now() + DAY).isoformat()
    assert office.api.act(handler, "suspend", order, until=until_then, reason="等待到货")["accepted"]
    seen = office.does("GET", f"orders/{order['order_id']}")
    assert seen["requests"][0]["approver_id"] == "m006" and f"stands in for {LEADER}" in seen["requests"][0]["note"]
    assert office.api.act("m006", "deny", office.order(number, "in_progress"), reason="请继续")["accepted"]
    office.ends(leave)
    assert office.api.act(handler, "suspend", office.order(number, "in_progress"), until=until_then, reason="等待")[
        "accepted"
    ]
    again = office.does("GET", f"orders/{order['order_id']}")["requests"][1]
    assert again["approver_id"] == LEADER
    refused = office.api.act("m006", "approve", office.order(number, "in_progress"))
    assert refused["reason_code"] == "not_yours"


def test_each_order_is_given_away_once_while_two_replicas_look(office: Office) -> None:
    away = office.leave("m009")  # so that everything goes to the other worker of the grid
    numbers = [office.report(EAST) for _ in range(30)]
    until(lambda: len([o for o in _orders(office, "m008") if o["number"] in numbers]) == 30)
    office.ends(away)
    leave = office.leave("m008")
    until(lambda: not _orders(office, "m008"))
    rows = office.town.rows(
        "dispatch",
        "SELECT count(*), count(DISTINCT order_id) FROM assignments WHERE member_id = %s AND end_reason = 'on_leave'",
        "m008",
    )
    assert rows == [(30, 30)]
    assert office.town.rows("dispatch", "SELECT handling FROM in_hand WHERE member_id = 'm008'") == [(0,)]
    assert len(_orders(office, "m009")) == 30
    office.ends(leave)


def _orders(office: Office, member: str) -> list[dict[str, Any]]:
    orders = office.does("GET", f"orders?member={member}&state=dispatched")["orders"]
    return [order for order in orders if order["member_id"] == member]


def test_of_ten_who_decide_at_once_one_wins(office: Office) -> None:
    leave = office.leave(OTHER, start=now() + 9 * DAY, role="member", name=OTHER)
    path = f"leaves/{leave['leave_id']}/decide"

    def decide(at: int) -> int:
        return office.asks("POST", path, {"granted": at % 2 == 0, "reason": "人手不足"}, "leader", LEADER).status_code

    with ThreadPoolExecutor(10) as pool:
        assert sorted(pool.map(decide, range(10))) == [200, *[422] * 9]


def rotation(*groups: list[str], **changes: Any) -> dict[str, Any]:
    start = (now() - HOUR).strftime("%H:%M")
    body = {"name": "值班", "grid_id": "g004", "groups": list(groups), "first_day": (now() - HOUR).date().isoformat()}
    return body | {"hours": [{"from": start, "to": start}]} | changes


def test_on_a_roster_only_those_whose_turn_it_is_get_work(office: Office) -> None:
    west = {"text": "第4网格", "lon": 118.435, "lat": 28.925}
    first, second = "m011", "m012"
    assert office.does("PUT", "duty/rosters/west", rotation([second], [first]))["changed"]
    assert not office.does("PUT", "duty/rosters/west", rotation([second], [first]))["changed"]
    assert office.order(office.report(west))["member_id"] == second
    assert office.order(office.report(west))["member_id"] == second  # though the other has nothing in hand
    shifts = office.does("GET", "duty/shifts?roster=west")["shifts"][:2]
    assert [shift["member_id"] for shift in shifts] == [second, first]
    assert [r["member_id"] for r in office.does("GET", "duty")["on_roster"] if r["roster_id"] == "west"] == [second]

    one, other = ({name: shift[name] for name in ("member_id", "starts_at", "ends_at")} for shift in shifts)
    swap = {"roster_id": "west", "one": one, "other": other, "reason": "家中有事"}
    assert office.does("POST", "duty/swaps", swap)["changes"] == 4
    assert office.order(office.report(west))["member_id"] == first
    again = office.asks("POST", "duty/swaps", swap)
    assert again.status_code == 422 and "is not on west" in again.text

    rest = {"roster_id": "west", "starts_at": now().isoformat(), "ends_at": other["starts_at"], "reason": "临时外出"}
    office.does("POST", "duty/overrides", rest | {"out": first})
    gaps = office.does("GET", "duty/gaps?days=1")["gaps"]
    assert [(gap["kind"], gap["needs"], gap["has"]) for gap in gaps if gap["what"] == "west"] == [("roster", 1, 0)]
    assert office.order(office.report(west))["member_id"] == "m010"  # nobody of the workers: their leader
    office.does(
        "POST", "duty/overrides", rest | {"in": second, "starts_at": (now() + dt.timedelta(seconds=1)).isoformat()}
    )
    changes = office.does("GET", "duty/rosters/west/changes")["changes"]
    assert [(c["kind"], c["member_id"], c["is_on"]) for c in changes[:2]] == [
        ("override", second, True),
        ("override", first, False),
    ]
    assert all(change["who"] == "desk1" and change["reason"] for change in changes)
    assert 'wangge_duty_gaps{kind="roster"}' in requests.get(f"http://{office.town.of('dispatch')[0].ops}/metrics").text


def test_a_plan_is_handed_in_and_taken_away(office: Office) -> None:
    members = ["m004", "m005"]
    office.does("PUT", "duty/rosters/plan", rotation(members, grid_id="g002", hours=[], binds="never"))
    days = [(now() + number * DAY).date().isoformat() for number in (1, 2, 3)]
    lines = ["人员,日期,开始,结束", *(f"{members[at % 2]},{day},20:00,08:00" for at, day in enumerate(days))]
    rehearsed = _handed_in(office, "\n".join(lines), "?dry_run=true")
    assert [row["outcome"] for row in rehearsed["rows"]] == ["added"] * 3 and rehearsed["changes"] == 3
    assert office.does("GET", "duty/shifts?roster=plan")["shifts"] == []
    assert _handed_in(office, "\n".join(lines))["changes"] == 3
    again = _handed_in(office, "\n".join(lines))
    assert [row["outcome"] for row in again["rows"]] == ["kept"] * 3 and again["changes"] == 0

    calendar = office.asks("GET", "duty/shifts.ics?roster=plan", role="member", name="m004")
    assert calendar.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert calendar.text.count("BEGIN:VEVENT") == 3
    assert _handed_in(office, calendar.content)["changes"] == 0  # what was taken away is handed in again
    (without_one,) = _handed_in(office, "\n".join([lines[0], lines[1], lines[3]]))["left_out"]
    assert without_one["member_id"] == members[1]
    assert "BEGIN:VEVENT" in office.town.admin("dispatch", "export-shifts", "--member", "m004")

    wrong = _hand_in(office, "\n".join([*lines, f"nobody,{days[0]},8,9"]), "")
    assert wrong.status_code == 422
    assert [reason["field"] for reason in wrong.json()["reasons"]] == ["row 4: from", "row 4: to", "row 4: member"]
    assert len(office.does("GET", "duty/shifts?roster=plan")["shifts"]) == 2
    for nonsense in (b"", b"PK\x03\x04", b"BEGIN:VCALENDAR", b"\x00\xff"):
        assert _hand_in(office, nonsense, "").status_code in (400, 422)


def _hand_in(office: Office, content: str | bytes, query: str) -> requests.Response:
    url = f"{office.town.url('dispatch')}/dispatch/duty/rosters/plan/shifts{query}"
    headers = {"Authorization": f"Bearer {office.town.token('desk', 'desk1')}"}
    raw = content.encode() if isinstance(content, str) else content
    return requests.post(url, data=raw, headers=headers, timeout=15)


def _handed_in(office: Office, content: str | bytes, query: str = "") -> dict[str, Any]:
    answer = _hand_in(office, content, query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("PUT", "duty/rosters/x", rotation(["nobody"]), "groups.0.0"),
        ("PUT", "duty/rosters/X y", rotation([ONE]), "roster_id"),
        ("PUT", "duty/rosters/x", {}, "name"),
        ("POST", "duty/overrides", {"roster_id": "x"}, "starts_at"),
        (
            "POST",
            "duty/overrides",
            {
                "roster_id": "none",
                "starts_at": "2026-11-25T00:00:00Z",
                "ends_at": "2099-01-01T00:00:00Z",
                "in": ONE,
                "reason": "x",
            },
            "roster_id",
        ),
        ("POST", "leaves", {"starts_at": "x"}, "starts_at"),
        (
            "POST",
            "leaves",
            {
                "member_id": "nobody",
                "starts_at": "2026-11-25T00:00:00Z",
                "ends_at": "2020-01-01T00:00:00Z",
                "reason": "x",
            },
            "ends_at",
        ),
        ("GET", "duty/shifts?from=yesterday", None, "from"),
        ("GET", "duty/gaps?days=-1", None, "days"),
        ("GET", "duty/gaps?days=9999999999999999999", None, "days"),
    ],
)
def test_what_is_wrong_is_refused_with_the_field(office: Office, method: str, path: str, body: Any, field: str) -> None:
    answer = office.asks(method, path, body)
    assert answer.status_code == 422, answer.text
    assert field in [reason["field"] for reason in answer.json()["reasons"]]
    assert all(reason["problem"] for reason in answer.json()["reasons"])


def test_members_see_and_change_their_own_leave_alone(office: Office) -> None:
    leave = office.leave(OTHER, start=now() + 30 * DAY, role="member", name=OTHER)
    cancel = f"leaves/{leave['leave_id']}/cancel"
    assert office.asks("POST", cancel, {"reason": "x"}, "member", ONE).status_code == 404
    assert office.asks("GET", f"leaves?member={OTHER}", None, "member", ONE).status_code == 403
    assert office.asks("POST", "leaves", leave_body(OTHER), "member", ONE).status_code == 403
    assert (
        office.asks("POST", f"leaves/{leave['leave_id']}/decide", {"granted": True}, "member", OTHER).status_code == 403
    )
    own = office.does("GET", "leaves?state=asked", role="member", name=OTHER)["leaves"]
    assert leave["leave_id"] in [one["leave_id"] for one in own] and {one["member_id"] for one in own} == {OTHER}
    assert office.does("POST", cancel, {"reason": "不去了"}, "member", OTHER)["state"] == "cancelled"
    assert office.asks("POST", cancel, {"reason": "x"}).status_code == 422
    assert office.asks("POST", "leaves/none/cancel", {"reason": "x"}).status_code == 404


def leave_body(member: str) -> dict[str, Any]:
    start = now() + DAY
    body = {"starts_at": start.isoformat(), "ends_at": (start + DAY).isoformat(), "reason": "x"}
    return body | {"member_id": member}


def test_commands_for_administrators(office: Office, tmp_path: Any) -> None:
    admin = office.town.admin
    file = tmp_path / "duty.yaml"
    file.write_text("rosters:\n  - roster_id: x\n    name: 夜班\n    groups: [[m001, nobody]]\n", encoding="utf-8")
    with pytest.raises(Exception, match=r"duty.yaml:4: rosters.0.groups.0.1: there is no member 'nobody'"):
        admin("dispatch", "load-duty", str(file))
    roster = "roster_id: night, name: 夜班, grid_id: g002, first_day: 2026-01-01, groups: [[m004]], binds: never"
    file.write_text(f"rosters: [{{{roster}}}]", encoding="utf-8")
    assert '"changed": 1' in admin("dispatch", "load-duty", str(file), "--dry-run")
    assert '"changed": 1' in admin("dispatch", "load-duty", str(file))
    start, end = (now() + DAY).isoformat(), (now() + 2 * DAY).isoformat()
    granted = admin("dispatch", "grant-leave", "m005", "--from", start, "--until", end, "--reason", "年假")
    assert '"state": "granted"' in granted
    assert "m005" in admin("dispatch", "leaves", "--state", "granted") and admin("dispatch", "duty")
    admin("dispatch", "duty-gaps", "--days", "3")
    leave_id = granted.split('"leave_id": "')[1][:36]
    assert '"state": "cancelled"' in admin("dispatch", "cancel-leave", leave_id, "--reason", "取消")
