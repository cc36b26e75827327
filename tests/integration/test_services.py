"""Service orders with real processes: from the source to the runner, done, confirmed by the resident, closed."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests
import yaml

from deploy.provision.folder import ProvisionError
from deploy.provision.servers import Servers
from deploy.towns import files
from deploy.towns.small import VILLAGE, write_small_town
from tests.support.autopilot import Api
from tests.support.town import TemporaryTown
from tests.support.waiting import until

ZONE = ZoneInfo("Asia/Shanghai")
ONE, OTHER, CHECKER = "m002", "m003", "m001"  # workers of the first grid, and its leader, who checks
SEATS = 7
ALL_DAY = {"days": "all", "from": "00:00", "to": "23:00", "minutes": 60}
COUNTER = {"place": "hall", "capacity": SEATS} | ALL_DAY
SERVICES = {
    "places": [
        {"code": "home", "name_zh": "上门服务", "name_en": "At home"},
        {"code": "hall", "name_zh": "便民服务中心", "name_en": "Public service hall"},
    ],
    "services": [
        {
            "code": "E-1",
            "name_zh": "上门代办",
            "name_en": "Errand",
            "category": "0805",
            "lane": "green",
            "materials": [{"name_zh": "身份证", "name_en": "Identity card", "form": "copy", "when_zh": "首次办理时"}],
            "places": ["home"],
            "slots": [{"place": "home", "capacity": 50} | ALL_DAY],
            "runners": {"roles": ["worker"]},
            "visits": 0,
        },
        {
            "code": "H-1",
            "name_zh": "参保登记",
            "name_en": "Registration",
            "category": "0801",
            "places": ["hall"],
            "slots": [COUNTER],
            "runners": {"roles": ["worker"], "areas": [VILLAGE]},
        },
        {
            "code": "H-2",
            "name_zh": "证件办理",
            "name_en": "Papers",
            "category": "0802",
            "places": ["hall"],
            "slots": [COUNTER | {"capacity": 2, "green": 1}],
            "runners": {"members": ["desk1"]},
        },
    ],
}


@pytest.fixture(scope="module")
def town(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporaryTown]:
    """A town with a service list, in which members have a day to take work on; two replicas of dispatch book."""
    folder = tmp_path_factory.mktemp("service-town")
    write_small_town(folder)
    rules = folder / "rules" / "practice.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").replace(" 20 second", " 1 day"), encoding="utf-8")
    files.write_yaml(folder / "services.yaml", SERVICES, "What residents can order.")
    sources = files.read_yaml(folder / "sources.yaml")["sources"]
    (orders,) = (s for s in files.read_yaml(files.SAMPLE / "sources.yaml")["sources"] if s["kind"] == "service")
    codes = {"E-1": "0805", "H-1": "0801", "H-2": "0802"}
    sources.append(orders | {"settings": {"category_map": codes}})
    files.write_yaml(folder / "sources.yaml", {"sources": sources}, "Where reports come from.")
    with TemporaryTown(servers, folder, logs=tmp_path_factory.mktemp("logs")) as town:
        town.start()
        town.start("dispatch")
        yield town


class Counter:
    """Service orders of a town, by HTTP."""

    def __init__(self, town: TemporaryTown):
        self.town, self.api = town, Api(town)

    def order(self, item: str = "E-1", start: dt.datetime | None = None, **fields: Any) -> tuple[str, str]:
        """A new service order: the number of its case and the source's own number."""
        own = f"DD-{uuid.uuid4()}"
        body = {"orderNo": own, "orderType": "点单", "itemCode": item, "itemName": "上门代办"}
        body |= {"contactName": "周某", "contactPhone": "19900000037", "longitude": 118.405, "latitude": 28.925}
        if start:
            times = (start, start + dt.timedelta(hours=1))
            body |= {name: f"{at:%Y-%m-%d %H:%M:%S}" for name, at in zip(("slotFrom", "slotTo"), times, strict=True)}
        answer = self.api.call("POST", "intake", "/intake/reports", "source", "service", body | fields)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["number"]), own

    def work(self, number: str, **having: Any) -> dict[str, Any]:
        """The order of a case, once it is as it must be."""

        def found() -> dict[str, Any] | None:
            orders = self.api.get("dispatch", "/dispatch/service-orders")["orders"]
            one = next((order for order in orders if order["number"] == number), None)
            return one if one and having.items() <= one.items() else None

        return dict(until(found))

    def arrange(self, order: str, do: str, role: str = "source", name: str = "service", **body: Any) -> Any:
        path = f"/dispatch/service-orders/{order}/appointment"
        return self.api.call("POST", "dispatch", path, role, name, {"do": do} | body)

    def confirm(self, number: str, role: str = "source", name: str = "service", **body: Any) -> requests.Response:
        return self.api.call("POST", "intake", f"/intake/cases/{number}/confirm", role, name, body)

    def case(self, number: str, state: str) -> dict[str, Any]:
        def found() -> Any:
            case = self.api.get("intake", f"/intake/cases/{number}")
            return case if case["state"] == state else None

        return dict(until(found))

    def done(self, number: str) -> dict[str, Any]:
        """The runner takes it on and has done it."""
        order = self.work(number, state="dispatched")
        assert self.api.act(order["member_id"], "acknowledge", order)["accepted"]
        order = self.work(number, state="in_progress")
        assert self.api.act(order["member_id"], "resolve", order, note="证已办好送到")["accepted"]
        self.case(number, "resolved")
        return self.work(number, state="resolved")

    def verify(self, number: str) -> None:
        order = self.work(number, state="resolved")
        full = self.api.get("dispatch", f"/dispatch/orders/{order['order_id']}")
        assert self.api.act(full["checker_id"], "verify", order, passed=True)["accepted"]

    def told(self, own: str) -> list[dict[str, Any]]:
        """What the source has heard of an order, in its own shape."""
        rows = self.town.rows("intake", "SELECT body FROM feedback WHERE external_id = %s ORDER BY number", own)
        return [body for (body,) in rows]

    def follow_ups(self, number: str) -> list[dict[str, Any]]:
        found = self.api.get("callback", "/callback/follow-ups")["follow_ups"]
        return [one for one in found if one["number"] == number]

    def taken(self, start: dt.datetime, item: str) -> int:
        statement = "SELECT count(*) FROM appointments WHERE state = 'booked' AND item_code = %s AND starts_at = %s"
        return int(self.town.rows("dispatch", statement, item, start)[0][0])


def tomorrow(hour: int, days: int = 1) -> dt.datetime:
    today = dt.datetime.now(ZONE).replace(minute=0, second=0, microsecond=0)
    return today.replace(hour=hour) + dt.timedelta(days=days)


@pytest.fixture
def counter(town: TemporaryTown) -> Counter:
    return Counter(town)


def test_an_order_is_run_confirmed_and_closed_and_nobody_is_asked_again(counter: Counter) -> None:
    start = tomorrow(10)
    number, own = counter.order(start=start)
    order = counter.work(number, member_id=ONE)
    assert (order["item"], order["lane"], order["place"]) == ("E-1", "green", "home")
    assert dt.datetime.fromisoformat(order["starts_at"]) == start
    assert dt.datetime.fromisoformat(order["due_at"]) > start  # the clock waits for the appointment
    statement = "SELECT body->>'text_zh' FROM notices WHERE member_id = %s AND kind = 'appointment_booked'"
    assert "上门服务" in until(lambda: counter.town.rows("notify", statement, ONE))[0][0]
    until(lambda: any("已预约" in body["text_zh"] for body in counter.told(own)))

    returned = counter.api.act(ONE, "return", order, reason="临时有会")
    assert returned["accepted"], returned
    order = counter.work(number, member_id=OTHER, state="dispatched")  # another runner has it
    visit = {"command_id": "v1", "reason": "材料不齐,补交一次"}
    for _ in range(2):  # sent again, it is counted once
        path = f"/dispatch/service-orders/{number}/visit"
        answer = counter.api.call("POST", "dispatch", path, "member", OTHER, visit)
        assert (answer.status_code, answer.json()["visits"]) == (200, 1), answer.text
    assert counter.api.call("POST", "dispatch", path, "member", ONE, visit).status_code == 404

    assert counter.confirm(number, solved="yes").status_code == 409  # nothing is done yet
    counter.done(number)
    assert counter.confirm(number, name="portal", solved="yes").status_code == 404
    confirmed = counter.confirm(number, solved="yes", satisfaction="satisfied", visits=0, note="多谢 13900000000")
    assert confirmed.status_code == 200, confirmed.text
    until(lambda: counter.town.rows("callback", "SELECT text FROM early_answers WHERE answered_by = 'service'"))
    counter.verify(number)
    closed = counter.case(number, "closed")
    assert (closed["solved"], closed["satisfaction"]) == ("yes", "satisfied")
    (asked,) = counter.follow_ups(number)
    assert (asked["state"], asked["attempts"]) == ("answered", 0)
    assert "13900000000" not in str(counter.town.rows("callback", "SELECT text FROM follow_ups"))
    assert until(lambda: [b for b in counter.told(own) if b["state"] == "closed"])[0]["update"]["status"] == "已评价"
    assert counter.confirm(number, solved="no").status_code == 409  # it has ended

    done = counter.work(number, state="closed", solved="yes")
    assert (done["visits"], done["said_visits"]) == (1, 0)
    figures = counter.api.get("dispatch", "/dispatch/service-figures")
    row = next(row for row in figures["items"] if row["item"] == "E-1")
    assert row["done"] >= 1 and row["confirmed"] >= 1 and row["at_most_once_share"] == row["on_time_share"] == 1.0
    assert figures["total"]["ordered"] >= row["ordered"]


def test_whoever_says_that_it_is_not_done_is_served_again_by_the_same_runner(counter: Counter) -> None:
    number, own = counter.order()
    runner = counter.work(number)["member_id"]
    counter.done(number)
    counter.verify(number)
    counter.case(number, "follow_up_pending")
    until(
        lambda: [one for one in counter.follow_ups(number) if one["state"] == "open"]
    )  # service orders are asked about
    assert counter.confirm(number, "desk", "desk1", solved="no", visits=2, note="没送到").status_code == 200
    again = counter.work(number, round=2, state="dispatched")
    assert again["member_id"] == runner
    until(lambda: any("重新办理" in body["text_zh"] for body in counter.told(own)))
    assert [one["state"] for one in counter.follow_ups(number)] == ["answered"]
    assert counter.work(number, said_visits=2)["solved"] == "no"


def test_of_fifty_who_book_at_once_as_many_as_there_are_seats_get_the_slot(counter: Counter) -> None:
    start = tomorrow(9, days=3)
    with ThreadPoolExecutor(10) as pool:
        numbers = [number for number, _ in pool.map(lambda _: counter.order("H-1"), range(50))]
    orders = [counter.work(number)["order_id"] for number in numbers]
    body = {"starts_at": start.isoformat(), "place": "hall"}
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda order: counter.arrange(order, "book", **body), orders))
    assert sorted(answer.status_code for answer in answers) == [200] * SEATS + [409] * (50 - SEATS)
    assert counter.taken(start, "H-1") == SEATS
    refused = next(answer for answer in answers if answer.status_code == 409).json()["reasons"][0]
    (slots,) = [counter.api.get("dispatch", "/dispatch/services/H-1/slots", "source", "service")["slots"]]
    full = next(slot for slot in slots if dt.datetime.fromisoformat(slot["starts_at"]) == start)
    assert (full["capacity"], full["free"]) == (SEATS, 0)
    free = re.findall(r"(\S+) \(hall\)", refused["repair"])
    assert free == [slot["starts_at"] for slot in slots if slot["free"]][:5]

    booked = [a.json() for a in answers if a.status_code == 200]
    with ThreadPoolExecutor(SEATS) as pool:  # all of them move at once to where only so many fit, and leave their seats
        later = {"starts_at": (start + dt.timedelta(hours=1)).isoformat()}
        moved = list(pool.map(lambda one: counter.arrange(one["number"], "move", **later), booked))
    assert [answer.status_code for answer in moved] == [200] * SEATS
    assert (counter.taken(start, "H-1"), counter.taken(start + dt.timedelta(hours=1), "H-1")) == (0, SEATS)
    runners = [answer.json()["member_id"] for answer in moved]
    assert len(set(runners)) == SEATS  # nobody is at two places


def test_orders_that_wish_for_a_full_slot_are_offered_the_next(counter: Counter) -> None:
    start = tomorrow(14, days=4)
    with ThreadPoolExecutor(10) as pool:
        ordered = list(pool.map(lambda _: counter.order("H-1", start), range(20)))
    orders = [counter.work(number) for number, _ in ordered]
    assert sum(order["starts_at"] is not None for order in orders) == counter.taken(start, "H-1") == SEATS
    left = next(own for (_, own), order in zip(ordered, orders, strict=True) if order["starts_at"] is None)
    assert "便民服务中心" in until(lambda: [b for b in counter.told(left) if "可选时段" in b["text_zh"]])[0]["text_zh"]


def test_a_seat_kept_for_green_channels_is_theirs(counter: Counter) -> None:
    start = tomorrow(11, days=5)
    first, second = (counter.work(counter.order("H-2", start)[0]) for _ in range(2))
    assert [first["starts_at"] is not None, second["starts_at"] is not None] == [True, False]
    green = counter.work(counter.order("H-2", start, greenChannel=True)[0])
    assert (green["lane"], green["starts_at"] is not None) == ("green", True)


def test_an_appointment_is_moved_cancelled_and_given_up_with_the_order(counter: Counter) -> None:
    start = tomorrow(15, days=6)
    number, own = counter.order("H-1", start)
    order = counter.work(number)
    assert counter.arrange(number, "book", starts_at=(start + dt.timedelta(hours=1)).isoformat()).status_code == 409
    moved = counter.arrange(number, "move", starts_at=(start + dt.timedelta(hours=2)).isoformat())
    assert moved.status_code == 200 and moved.json()["version"] > order["version"]
    stale = counter.arrange(number, "cancel", reason="不去了", version=order["version"])
    assert stale.status_code == 409 and "moved on" in stale.text
    assert counter.arrange(number, "cancel", name="portal", reason="不去了").status_code == 404
    assert counter.arrange(number, "cancel", "member", "m005", reason="不去了").status_code == 404
    cancelled = counter.arrange(number, "cancel", "desk", "desk1", reason="老人住院")
    assert cancelled.status_code == 200 and cancelled.json()["appointment"] is None
    until(lambda: any("预约已取消" in body["text_zh"] for body in counter.told(own)))
    booked = counter.arrange(
        number, "book", order["member_id"] and "member", cancelled.json()["member_id"], starts_at=start.isoformat()
    )
    assert booked.status_code == 200, booked.text
    assert counter.taken(start, "H-1") == 1
    path, why = f"/intake/cases/{number}/cancel", {"reason": "不要了"}
    gone = counter.api.call("POST", "intake", path, "source", "service", why)
    assert gone.status_code == 200
    until(lambda: counter.taken(start, "H-1") == 0)
    assert counter.town.admin("dispatch", "check-deadlines") is not None


def test_a_source_shows_what_must_be_brought_before_anybody_orders(counter: Counter) -> None:
    listed = counter.api.get("dispatch", "/dispatch/services", "source", "portal")["services"]
    assert [item["code"] for item in listed] == ["E-1", "H-1", "H-2"]
    item = counter.api.get("dispatch", "/dispatch/services/E-1", "source", "portal")
    (material,) = item["materials"]
    assert (material["name_en"], material["form"], material["when_zh"]) == ("Identity card", "copy", "首次办理时")
    assert counter.api.call("GET", "dispatch", "/dispatch/services/X", "source", "portal").status_code == 404
    own = counter.api.get("dispatch", "/dispatch/service-orders", "source", "portal")["orders"]
    assert own == [] and counter.api.get("dispatch", "/dispatch/service-orders", "source", "service")["orders"]


def test_the_list_is_replaced_whole_or_not_at_all(counter: Counter, tmp_path: Any) -> None:
    wrong = tmp_path / "services.yaml"
    changed = {**SERVICES, "services": [SERVICES["services"][0], {"code": "X-1"}]}
    wrong.write_text(yaml.safe_dump(changed, allow_unicode=True, sort_keys=False), encoding="utf-8")
    with pytest.raises(ProvisionError, match="runners is missing"):
        counter.town.admin("dispatch", "load-services", str(wrong))
    assert "H-2" in counter.town.admin("dispatch", "services")
    number, _ = counter.order("H-2")
    order = counter.work(number)
    wrong.write_text(yaml.safe_dump({**SERVICES, "services": SERVICES["services"][:2]}), encoding="utf-8")
    assert "gone" in counter.town.admin("dispatch", "load-services", str(wrong))
    assert counter.api.call("GET", "dispatch", "/dispatch/services/H-2", "desk", "desk1").status_code == 404
    start = tomorrow(16, days=7)  # what was ordered goes on
    assert counter.arrange(order["order_id"], "book", starts_at=start.isoformat()).status_code == 200
    other, _ = counter.order("H-2")  # what is on the list no more is a case as any other
    until(lambda: [o for o in counter.api.get("dispatch", "/dispatch/orders")["orders"] if o["number"] == other])
    listed = counter.api.get("dispatch", "/dispatch/service-orders")["orders"]
    assert other not in [order["number"] for order in listed]
    for command in ("service-orders", "service-figures"):
        assert "H-2" in counter.town.admin("dispatch", command)
    metrics = requests.get(f"http://{counter.town.of('dispatch')[0].ops}/metrics", timeout=15).text
    assert 'wangge_service_orders{lane="green"}' in metrics
    assert "wangge_service_orders_without_appointment" in metrics and "wangge_service_share" in metrics
