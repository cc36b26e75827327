"""Role × route × other grid, over all services: whoever a route is not for is refused, whoever's rights end elsewhere
sees and does nothing there.

Every route is asked by everybody; one that is in none of the tables below, or in the wrong one, fails a test.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import jwt
import pytest
import requests

from deploy.contracts import SERVICES
from deploy.openapi.document import PART, entrypoints
from deploy.provision.servers import Servers
from shared.http.entrypoint import Http, bearer
from tests.support.town import TemporaryTown

VILLAGE = "330822111201"
HERE, OTHER = "g001", "g002"  # the case lies here; rights of others end there


class Person(NamedTuple):
    """What a token says."""

    role: str
    name: str
    post: str | None = None
    area: str | None = None


PEOPLE = {
    "desk": Person("desk", "desk1", "desk"),
    "leader here": Person("leader", "m001", "leader", HERE),
    "guide of the village": Person("leader", "guide1", "guide", VILLAGE),
    "leader elsewhere": Person("leader", "m004", "leader", OTHER),
    "leader of the town": Person("leader", "mayor", "leader"),
    "worker elsewhere": Person("member", "m005", "worker"),
    "department of the platform": Person("member", "e1", "enforcement"),
    "another department": Person("member", "e2", "public_service"),
    "another source": Person("source", "portal"),
    "nobody": Person("nobody", "x"),
}
OUTSIDE = ("leader elsewhere", "worker elsewhere", "another department", "another source", "nobody")
ROUTES: dict[str, tuple[str, Http]] = {
    f"{entrypoint.method} {entrypoint.url}": (service, entrypoint)
    for service in SERVICES
    for entrypoint in entrypoints(service).values()
    if entrypoint.roles and entrypoint.authenticate is bearer
}
# These answer those outside, too, because they are not about the case alone: lists are looked at below; what is the
# caller's own is the caller's.
OWN_OR_LIST = {
    "GET /intake/cases",
    "GET /dispatch/orders",
    "GET /dispatch/sessions",
    "POST /dispatch/actions",
    "POST /dispatch/actions/batch",
    "GET /dispatch/requests",
    "GET /dispatch/assists",
    "GET /dispatch/pool",
    "GET /dispatch/leaves",
    "POST /dispatch/leaves",
    # who is on duty is no secret among colleagues
    "GET /dispatch/duty",
    "GET /dispatch/duty/shifts",
    "GET /dispatch/duty/shifts.ics",
    "GET /dispatch/duty/rosters",
    "POST /dispatch/accounts/<provider>",
    "POST /dispatch/second-factor",
    "POST /intake/reports",
    "GET /notify/notices",
    "GET /board/totals",
}


class Line:
    """A town with one case in grid 1, and its order."""

    def __init__(self, town: TemporaryTown):
        self.town = town
        self.key = town.secrets.read("admin", "token_private_key")
        body = {"external_id": "matrix-1", "title": "路灯不亮", "category": "0101", "kind": "complaint"}
        body |= {"place": {"text": "第1网格", "lon": 118.405, "lat": 28.925}}
        hotline = Person("source", "hotline")
        answer = self.ask("POST", "intake", "/intake/reports", hotline, body)
        assert answer.status_code == 201, answer.text
        self.number = answer.json()["number"]
        self.order = until(lambda: self.json("dispatch", "/dispatch/orders", PEOPLE["desk"])["orders"])[0]
        until(lambda: self.ask("GET", "board", f"/board/cases/{self.number}", PEOPLE["leader here"]).ok)
        self.handler = Person("member", self.order["member_id"], "worker")
        self.parts = {"number": self.number, "order_id": self.order["order_id"], "source": "hotline"}
        self.parts |= {
            name: str(uuid.uuid4()) for name in ("import_id", "follow_up_id", "session_id", "leave_id", "delivery_id")
        }
        self.parts |= {"roster_id": "night", "grid_id": self.order["grid_id"], "member_id": self.order["member_id"]}
        self.parts |= {"reference": f"m-{'0' * 40}", "provider": "dingtalk"}

    def ask(self, method: str, service: str, path: str, who: Person | None, body: Any = None) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token(who)}"} if who else {}
        url = f"{self.town.url(service)}{path}"
        return requests.request(method, url, json=body, headers=headers, timeout=30, allow_redirects=False)

    def json(self, service: str, path: str, who: Person) -> Any:
        answer = self.ask("GET", service, path, who)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def token(self, who: Person) -> str:
        claims = {"sub": who.name, "role": who.role, "town": self.town.name, "exp": int(time.time()) + 600}
        claims |= {name: value for name, value in (("post", who.post), ("area", who.area)) if value}
        return jwt.encode(claims, self.key, algorithm="EdDSA")

    def at(self, route: str, who: Person | None) -> requests.Response:
        """What the route answers about the case, with an empty body where it takes one."""
        service, entrypoint = ROUTES[route]
        path = PART.sub(lambda part: self.parts[part[1]], entrypoint.url)
        body = {} if entrypoint.method == "POST" else None
        return self.ask(entrypoint.method, service, path, who, body)


def until(found: Callable[[], Any], seconds: float = 60) -> Any:
    end = time.monotonic() + seconds
    while not (result := found()):
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.1)
    return result


@pytest.fixture(scope="module")
def line(servers: Servers, small_town: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    with TemporaryTown(servers, small_town, logs=tmp_path_factory.mktemp("logs")) as town:
        town.start()
        yield Line(town)


@pytest.mark.parametrize("route", ROUTES)
def test_only_the_roles_of_a_route_come_in(line: Line, route: str) -> None:
    entrypoint = ROUTES[route][1]
    assert line.at(route, None).status_code == 401
    for who in PEOPLE.values():
        status = line.at(route, who).status_code
        assert status < 500, (who, status)
        if who.role not in entrypoint.roles or (who.area and not entrypoint.in_area):
            assert status == 403, (who, status)


@pytest.mark.parametrize("route", sorted(ROUTES.keys() - OWN_OR_LIST))
def test_whose_rights_end_elsewhere_gets_nothing_of_a_case(line: Line, route: str) -> None:
    """An empty body may be refused as such (422) before the case is looked at: then a right one is tried, below."""
    for name in OUTSIDE:
        answer = line.at(route, PEOPLE[name])
        assert answer.status_code in (403, 404, 422), (name, answer.status_code)
        assert "路灯不亮" not in answer.text, name


BODIES: dict[str, Any] = {  # routes about a case that outsiders' roles come in at, with a body that fits
    "POST /intake/cases/<number>/contact": {"reason": "回访"},
    "POST /intake/cases/<number>/information": {"text": "补充"},
    "POST /intake/cases/<number>/cancel": {"reason": "不需要了"},
    "POST /intake/cases/<number>/appeal": {"reason": "不服"},
    "POST /intake/cases/<number>/transfer-answer": {"outcome": "done", "text": "已办"},
    "POST /intake/sources/<source>/feedback/ack": {"known": {"matrix-1": 1}},
    "POST /intake/sources/<source>/reconciliation": {"believed": {}},
    "POST /dispatch/leaves/<leave_id>/cancel": {"reason": "不去了"},
    "POST /intake/persons/search": {"phone": "13900000000", "reason": "来电"},
    "POST /intake/persons/erase": {"phone": "13900000000", "reason": "来电"},
}


def test_a_body_that_fits_changes_nothing(line: Line) -> None:
    before = line.json("intake", f"/intake/cases/{line.number}", PEOPLE["desk"])
    taken = {
        route
        for route in ROUTES.keys() - OWN_OR_LIST
        if any(line.at(route, PEOPLE[name]).status_code == 422 for name in OUTSIDE)
    }
    assert taken <= BODIES.keys(), "say what fits these"
    for route, body in BODIES.items():
        service, entrypoint = ROUTES[route]
        path = PART.sub(lambda part: line.parts[part[1]], entrypoint.url)
        for name in OUTSIDE:
            status = line.ask("POST", service, path, PEOPLE[name], body).status_code
            assert status in (403, 404), (route, name, status)
    assert line.json("intake", f"/intake/cases/{line.number}", PEOPLE["desk"]) == before


SEES = {  # who sees the case (intake, board), and the order (dispatch)
    "desk": (True, True),
    "leader here": (True, True),
    "guide of the village": (True, True),
    "leader of the town": (True, True),
    "leader elsewhere": (False, False),
    "worker elsewhere": (False, False),
    "department of the platform": (False, True),
    "another department": (False, False),
    "another source": (False, False),
    "nobody": (False, False),
}


@pytest.mark.parametrize("name", PEOPLE)
def test_lists_and_single_ones_say_the_same(line: Line, name: str) -> None:
    who, (case, order) = PEOPLE[name], SEES[name]
    for path in (f"/intake/cases/{line.number}", f"/intake/cases/{line.number}/explanation"):
        assert (line.ask("GET", "intake", path, who).status_code == 200) == case
    assert (line.ask("GET", "board", f"/board/cases/{line.number}", who).status_code == 200) == case
    assert (line.ask("GET", "intake", f"/intake/cases/{line.number}/media", who).status_code == 200) == case
    cases = line.ask("GET", "intake", "/intake/cases", who)
    assert (line.number in cases.text) == case
    totals = line.ask("GET", "board", "/board/totals", who)
    assert (HERE in totals.text) == case
    path = f"/dispatch/orders/{line.order['order_id']}"
    assert (line.ask("GET", "dispatch", path, who).status_code == 200) == order
    for query in ("", "?state=dispatched", f"?member={line.handler.name}"):
        orders = line.ask("GET", "dispatch", f"/dispatch/orders{query}", who)
        assert (line.order["order_id"] in orders.text) == order, query


def test_who_handles_an_order_sees_it_and_nobody_acts_for_another(line: Line) -> None:
    assert line.json("dispatch", "/dispatch/orders", line.handler)["orders"][0]["number"] == line.number
    action = {"action": "acknowledge", "order_id": line.order["order_id"]}
    for name in (name for name, who in PEOPLE.items() if who.role in ("member", "leader", "desk")):
        body = action | {"command_id": str(uuid.uuid4())}
        answer = line.ask("POST", "dispatch", "/dispatch/actions", PEOPLE[name], body).json()
        assert not answer["accepted"] and answer["reason_code"] == "not_yours", name
    body = action | {"command_id": str(uuid.uuid4())}
    assert line.ask("POST", "dispatch", "/dispatch/actions", line.handler, body).json()["accepted"]


def test_rights_follow_the_tree_of_areas(line: Line) -> None:
    """A grid that moves to another village is seen by that village's guide, at once and in every service."""
    guide, case = PEOPLE["guide of the village"], f"/intake/cases/{line.number}"
    stranger = Person("leader", "guide2", "guide", "another village")
    assert line.ask("GET", "intake", case, stranger).status_code == 404
    for service in ("intake", "board", "dispatch"):
        with line.town.database(service, owner=True) as connection, connection.cursor() as cursor:
            cursor.execute("UPDATE grids SET parent_id = 'another village' WHERE grid_id = %s", (HERE,))
    order = f"/dispatch/orders/{line.order['order_id']}"
    for service, path in (("intake", case), ("board", f"/board/cases/{line.number}"), ("dispatch", order)):
        assert line.ask("GET", service, path, stranger).status_code == 200, service
        assert line.ask("GET", service, path, guide).status_code == 404, service
