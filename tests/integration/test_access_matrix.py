"""Role × route × other grid, over all services: whoever a route is not for is refused, whoever's rights end elsewhere
sees and does nothing there.

Every route is asked by everybody; one that is in none of the tables below, or in the wrong one, fails a test.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from typing import Any, NamedTuple

import jwt
import pytest
import requests

from deploy.contracts import SERVICES
from deploy.openapi.document import PART, entrypoints
from deploy.provision.servers import Servers
from shared.http.entrypoint import Http, bearer
from tests.support.town import TemporaryTown
from tests.support.waiting import until

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
    "another system": Person("subscriber", "county"),
    "nobody": Person("nobody", "x"),
}
OUTSIDE = ("leader elsewhere", "worker elsewhere", "another department", "another source", "another system", "nobody")
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
    "GET /dispatch/supervision",
    "GET /dispatch/points",
    "POST /dispatch/leaves",
    "GET /dispatch/adoption",
    # who is on duty is no secret among colleagues
    "GET /dispatch/duty",
    "GET /dispatch/duty/shifts",
    "GET /dispatch/duty/shifts.ics",
    "GET /dispatch/duty/rosters",
    "GET /dispatch/projects",
    "GET /dispatch/projects/export",
    "GET /dispatch/tasks",
    # what can be ordered is for everybody; of orders, each source and member sees its own
    "GET /dispatch/services",
    "GET /dispatch/services/<code>",
    "GET /dispatch/services/<code>/slots",
    "GET /dispatch/service-orders",
    "POST /dispatch/accounts/<provider>",
    "POST /dispatch/second-factor",
    "POST /intake/reports",
    "GET /notify/notices",
    "GET /notify/sent",
    # leaders' silences end where their rights end (test_notify_pipeline.py)
    "GET /notify/silences",
    "POST /notify/silences",
    "GET /notify/notices/stream",
    # each hears and sees what they have subscribed to themselves
    "GET /notify/feed",
    "GET /notify/feed/stream",
    "GET /notify/subscriptions",
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
        some = (
            "import_id",
            "follow_up_id",
            "session_id",
            "leave_id",
            "interview_id",
            "reask_id",
            "delivery_id",
            "call_id",
            "silence_id",
            "subscription_id",
        )
        self.parts |= {name: str(uuid.uuid4()) for name in some}
        self.parts |= {"roster_id": "night", "grid_id": self.order["grid_id"], "member_id": self.order["member_id"]}
        self.parts |= {"project_id": "lamps", "task_id": self.undertake()}
        self.parts |= {"code": "none", "order": self.order["order_id"]}
        self.parts |= {"reference": f"m-{'0' * 40}", "provider": "dingtalk"}

    def undertake(self) -> str:
        """A project where the case is, with a task of the handler."""
        project = {"name": "路灯改造", "grid_id": HERE, "responsible_id": "m001"}
        task = {"kind": "obstacle", "title": "路灯不亮", "owner_id": self.handler.name, "due_at": "2099-12-31"}
        for method, path, body in (("PUT", "", project), ("POST", "/tasks", task)):
            answer = self.ask(method, "dispatch", f"/dispatch/projects/lamps{path}", PEOPLE["desk"], body)
            assert answer.ok, answer.text
        return str(answer.json()["task_id"])

    def ask(self, method: str, service: str, path: str, who: Person | None, body: Any = None) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token(who)}"} if who else {}
        url, options = f"{self.town.url(service)}{path}", {"timeout": 30, "allow_redirects": False}
        with requests.request(method, url, json=body, headers=headers, stream=True, **options) as answer:
            if not answer.headers.get("Content-Type", "").startswith("text/event-stream"):  # which has no end
                assert answer.content is not None
        return answer

    def project(self) -> Any:
        return self.json("dispatch", "/dispatch/projects/lamps", PEOPLE["desk"])

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
        body = {} if entrypoint.method in ("POST", "PUT") else None
        return self.ask(entrypoint.method, service, path, who, body)


@pytest.fixture(scope="module")
def line(servers: Servers, small_town: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """By the rules of an ordinary day: nobody takes the order away while the routes are asked."""
    with TemporaryTown(servers, small_town, rules="normal", logs=tmp_path_factory.mktemp("logs")) as town:
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


HOURS = {"starts_at": "2099-01-01T00:00:00+08:00", "ends_at": "2099-01-01T08:00:00+08:00"}
BODIES: dict[str, Any] = {  # routes about a case that outsiders' roles come in at, with a body that fits
    "POST /intake/cases/<number>/contact": {"reason": "回访"},
    "POST /intake/cases/<number>/information": {"text": "补充"},
    "POST /intake/cases/<number>/cancel": {"reason": "不需要了"},
    "POST /intake/cases/<number>/appeal": {"reason": "不服"},
    "POST /intake/cases/<number>/confirm": {"solved": "yes"},
    "POST /intake/cases/<number>/transfer-answer": {"outcome": "done", "text": "已办"},
    "POST /intake/sources/<source>/feedback/ack": {"known": {"matrix-1": 1}},
    "POST /intake/sources/<source>/reconciliation": {"believed": {}},
    "POST /dispatch/leaves/<leave_id>/cancel": {"reason": "不去了"},
    "PUT /dispatch/projects/<project_id>": {"name": "别的"},
    "POST /dispatch/projects/<project_id>/cancel": {"reason": "不做了"},
    "POST /dispatch/projects/<project_id>/tasks": {
        "kind": "milestone",
        "title": "别的",
        "owner_id": "m005",
        "due_at": "2099-12-31",
    },
    "POST /dispatch/tasks/<task_id>/progress": {"note": "好"},
    "POST /dispatch/tasks/<task_id>/done": {"note": "好", "evidence": ["m-1"]},
    "POST /dispatch/tasks/<task_id>/verify": {},
    "POST /dispatch/tasks/<task_id>/send-back": {"reason": "不好"},
    "POST /dispatch/tasks/<task_id>/redate": {"reason": "晚点", "due_at": "2099-12-30"},
    "POST /dispatch/tasks/<task_id>/reassign": {"reason": "给我", "owner_id": "m005"},
    "POST /dispatch/tasks/<task_id>/cancel": {"reason": "不做了"},
    "POST /dispatch/leaves/<leave_id>/decide": {"granted": True, "reason": "同意"},
    "POST /dispatch/orders/<order_id>/assign": {"member_id": "m005", "reason": "转交"},
    "POST /dispatch/duty/overrides": {"roster_id": "night", "out": "m001", "reason": "换人"} | HOURS,
    "POST /dispatch/duty/swaps": {
        "roster_id": "night",
        "one": {"member_id": "m001"} | HOURS,
        "other": {"member_id": "m005"} | HOURS,
        "reason": "互换",
    },
    "POST /callback/objections": {"number": "<number>", "text": "没解决"},
    "POST /intake/persons/search": {"phone": "13900000000", "reason": "来电"},
    "POST /notify/subscriptions": {"receiver": {"member": "m001"}, "area": HERE, "reason": "看看"},
    "POST /notify/subscriptions/<subscription_id>/end": {"reason": "不要了"},
    "POST /intake/persons/erase": {"phone": "13900000000", "reason": "来电"},
}


def test_a_body_that_fits_changes_nothing(line: Line) -> None:
    before, project = line.json("intake", f"/intake/cases/{line.number}", PEOPLE["desk"]), line.project()
    taken = {
        route
        for route in ROUTES.keys() - OWN_OR_LIST
        if any(line.at(route, PEOPLE[name]).status_code == 422 for name in OUTSIDE)
    }
    assert taken <= BODIES.keys(), "say what fits these"
    for route, body in BODIES.items():
        service, entrypoint = ROUTES[route]
        path = PART.sub(lambda part: line.parts[part[1]], entrypoint.url)
        body = {key: line.number if value == "<number>" else value for key, value in body.items()}
        for name in OUTSIDE:
            status = line.ask(entrypoint.method, service, path, PEOPLE[name], body).status_code
            assert status in (403, 404), (route, name, status)
    assert line.json("intake", f"/intake/cases/{line.number}", PEOPLE["desk"]) == before
    assert line.project() == project


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
    "another system": (False, False),
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


@pytest.mark.parametrize("name", PEOPLE)
def test_what_went_out_about_a_case_is_seen_by_whoever_sees_the_case(line: Line, name: str) -> None:
    path, who = f"/notify/sent?number={line.number}", PEOPLE[name]
    until(lambda: line.json("notify", path, PEOPLE["desk"])["sent"])
    assert ("路灯不亮" in line.ask("GET", "notify", path, who).text) == SEES[name][0]
    theirs = line.ask("GET", "notify", f"/notify/sent?person={line.handler.name}", who)
    assert ("路灯不亮" in theirs.text) == SEES[name][0]
    assert "路灯不亮" in line.ask("GET", "notify", path, line.handler).text
    sources = {row["what"] for row in line.json("notify", path, PEOPLE["desk"])["sent"]}
    assert sources >= {"notice", "feedback"}
    if who.role == "leader" and SEES[name][0]:
        assert "feedback" not in line.ask("GET", "notify", path, who).text


def test_who_handles_an_order_sees_it_and_nobody_acts_for_another(line: Line) -> None:
    assert line.json("dispatch", "/dispatch/orders", line.handler)["orders"][0]["number"] == line.number
    action = {"action": "acknowledge", "order_id": line.order["order_id"]}
    for name in (name for name, who in PEOPLE.items() if who.role in ("member", "leader", "desk")):
        body = action | {"command_id": str(uuid.uuid4())}
        answer = line.ask("POST", "dispatch", "/dispatch/actions", PEOPLE[name], body).json()
        assert not answer["accepted"] and answer["reason_code"] == "not_yours", name
    body = action | {"command_id": str(uuid.uuid4())}
    assert line.ask("POST", "dispatch", "/dispatch/actions", line.handler, body).json()["accepted"]


PROJECT_SEEN = {name: case for name, (case, _) in SEES.items()}  # by the desk and leaders, as a case is


@pytest.mark.parametrize("name", PEOPLE)
def test_lists_of_projects_and_tasks_end_where_rights_end(line: Line, name: str) -> None:
    who = PEOPLE[name]
    for path in ("projects", "projects?state=open", "projects/export?format=csv", "tasks", "tasks?late=false"):
        assert ("lamps" in line.ask("GET", "dispatch", f"/dispatch/{path}", who).text) == PROJECT_SEEN[name], path
    found = line.ask("GET", "dispatch", "/dispatch/projects/lamps", who).status_code
    assert (found == 200) == PROJECT_SEEN[name]


def test_a_task_is_its_owner_s_and_its_project_its_leader_s(line: Line) -> None:
    task, here = f"/dispatch/tasks/{line.parts['task_id']}", PEOPLE["leader here"]
    for name in OUTSIDE:
        assert line.ask("POST", "dispatch", f"{task}/progress", PEOPLE[name], {"note": "x"}).status_code in (403, 404)
    assert line.ask("POST", "dispatch", f"{task}/progress", line.handler, {"note": "x"}).status_code == 200
    later = {"reason": "x", "due_at": "2099-01-01"}
    assert line.ask("POST", "dispatch", f"{task}/redate", line.handler, later).status_code == 403
    assert line.ask("POST", "dispatch", f"{task}/redate", here, later).status_code == 200
    for area, status in ((HERE, 200), (OTHER, 403)):  # a leader of one grid undertakes nothing in another
        body = {"name": "亮化", "grid_id": area, "responsible_id": "m001"}
        assert line.ask("PUT", "dispatch", f"/dispatch/projects/new-{area}", here, body).status_code == status


def test_leaders_decide_about_members_of_their_area_and_nobody_elses(line: Line) -> None:
    """Leave of a worker of grid 1: its leader and the village's guide decide, not the leader of grid 2."""
    here, guide, elsewhere = (PEOPLE[name] for name in ("leader here", "guide of the village", "leader elsewhere"))
    for month, decider in (("01", here), ("02", guide)):
        hours = {"starts_at": f"2099-{month}-01T00:00:00+08:00", "ends_at": f"2099-{month}-02T00:00:00+08:00"}
        worker = Person("member", "m002", "worker")
        leave = line.ask("POST", "dispatch", "/dispatch/leaves", worker, hours | {"reason": "事假"}).json()["leave_id"]
        body, path = {"granted": True, "reason": "同意"}, f"/dispatch/leaves/{leave}"
        for route in (f"{path}/decide", f"{path}/cancel"):
            refused = line.ask("POST", "dispatch", route, elsewhere, body if "decide" in route else {"reason": "不行"})
            assert refused.status_code == 403 and f"your rights end at the area '{OTHER}'" in refused.text
        assert line.ask("POST", "dispatch", f"{path}/decide", decider, body).json()["state"] == "granted"
        listed = {who.name: line.ask("GET", "dispatch", "/dispatch/leaves", who).text for who in (decider, elsewhere)}
        assert leave in listed[decider.name] and leave not in listed[elsewhere.name]
        assert line.ask("GET", "dispatch", "/dispatch/leaves?member=m002", elsewhere).status_code == 403
        other = hours | {"member_id": "m005", "reason": "病假"}
        assert line.ask("POST", "dispatch", "/dispatch/leaves", here, other).status_code == 403


def test_leaders_give_out_work_of_their_area_to_members_of_it(line: Line) -> None:
    path = f"/dispatch/orders/{line.order['order_id']}/assign"
    given = {"member_id": "m002", "reason": "就近"}
    refused = line.ask("POST", "dispatch", path, PEOPLE["leader elsewhere"], given | {"member_id": "m005"})
    assert refused.status_code == 403 and "lies outside" in refused.text
    stranger = line.ask("POST", "dispatch", path, PEOPLE["leader here"], given | {"member_id": "m005"})
    assert stranger.status_code == 403 and "m005" in stranger.text
    for name in ("leader here", "guide of the village", "leader of the town", "desk"):
        assert line.ask("POST", "dispatch", path, PEOPLE[name], given).status_code == 200, name


def test_leaders_see_the_figures_of_their_area(line: Line) -> None:
    until(lambda: line.json("dispatch", "/dispatch/scores?by=grid", PEOPLE["desk"])["scores"])
    sees = {"desk": True, "leader of the town": True, "guide of the village": True, "leader here": True}
    for name in (*sees, "leader elsewhere"):
        who = PEOPLE[name]
        for by in ("grid", "unit", "member"):
            rows = line.json("dispatch", f"/dispatch/scores?by={by}", who)["scores"]
            assert bool(rows) == sees.get(name, False), (name, by)
        for by in ("town", "category", "source"):
            status = line.ask("GET", "dispatch", f"/dispatch/scores?by={by}", who).status_code
            assert status == (403 if who.area else 200), (name, by)
        for by, of in (("grid", HERE), ("member", "m002"), ("town", "")):
            path = f"/dispatch/scores/cases?figure=response_rate&by={by}&of={of}"
            allowed = sees.get(name, False) and not (who.area and by == "town")
            assert line.ask("GET", "dispatch", path, who).status_code == (200 if allowed else 403), (name, by)
        used = line.json("dispatch", "/dispatch/adoption", who)
        assert (used["town"] is None) == bool(who.area) and used["members"]
        assert ("m002" in {member["member_id"] for member in used["members"]}) == sees.get(name, False)


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
