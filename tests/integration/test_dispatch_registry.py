"""People and places of a running town: files in and out, what is kept and said of each change, grids split and merged
with their open work."""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import requests
from openpyxl import load_workbook
from shapely.geometry import box, mapping

from deploy.provision.names import ProvisionError
from deploy.provision.servers import Servers
from deploy.provision.town import provision
from deploy.towns.small import write_small_town
from shared.sealing import KeyRing
from tests.support.autopilot import Api
from tests.support.town import TemporaryTown
from tests.support.waiting import until

CANARY = "19912345678"
GONE_GRID, WESTERN, EASTERN = "g001", "g001a", "g001b"


@pytest.fixture(scope="module")
def town(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporaryTown]:
    """A small town where members have a day to take work on."""
    folder = tmp_path_factory.mktemp("patient-town")
    write_small_town(folder)
    rules = folder / "rules" / "practice.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").replace(" 20 second", " 1 day"), encoding="utf-8")
    with TemporaryTown(servers, folder, ("intake", "dispatch"), logs=tmp_path_factory.mktemp("logs")) as town:
        dispatch = town.start("dispatch", replicas=2, wait=False)
        town.start("intake")
        for process in dispatch:
            process.wait_ready()
        yield town


def hand_in(
    town: TemporaryTown, what: str, content: str | bytes, role: str = "desk", **query: str
) -> requests.Response:
    body = content.encode() if isinstance(content, str) else content
    headers = {"Authorization": f"Bearer {town.token(role, 'desk1')}"}
    url = f"{town.url('dispatch')}/dispatch/{what}/import"
    return requests.post(url, data=body, headers=headers, params=query, timeout=20)


def get(town: TemporaryTown, path: str, role: str = "desk", **query: str) -> requests.Response:
    headers = {"Authorization": f"Bearer {town.token(role, 'desk1')}"}
    return requests.get(f"{town.url('dispatch')}/dispatch/{path}", headers=headers, params=query, timeout=20)


def post(town: TemporaryTown, path: str, body: dict[str, Any], role: str = "desk") -> requests.Response:
    return Api(town).call("POST", "dispatch", f"/dispatch/{path}", role, "desk1", body)


def members(town: TemporaryTown) -> dict[str, dict[str, Any]]:
    return {m["member_id"]: m for m in get(town, "members").json()["members"]}


def said(town: TemporaryTown, kind: str, subject: str) -> list[dict[str, Any]]:
    """What dispatch has said about an area or a member, in order."""
    rows = town.rows(
        "dispatch", "SELECT body FROM outbox WHERE routing_key LIKE %s ORDER BY id", f"dispatch.{kind}.v1.%"
    )
    events = [json.loads(body) if isinstance(body, str) else body for (body,) in rows]
    return [event["data"] for event in events if event["subject"] == subject]


def test_a_member_is_entered_at_once_and_every_change_is_kept_and_said(town: TemporaryTown) -> None:
    text = f"人员编号,姓名,角色,网格编号,电话,专长,企业微信\nm100,新人,网格员,g002,{CANARY},01|0203,wecom-100\n"
    done = hand_in(town, "members", text, why="招录")
    assert done.status_code == 200, done.text
    assert done.json() == {"kept": True, "rows": [{"row": 1, "key": "m100", "outcome": "new", "fields": []}]}
    shown = members(town)["m100"]
    assert (shown["skills"], shown["phone"], shown["chats"], shown["on_duty"]) == (
        ["01", "0203"],
        True,
        ["wecom"],
        True,
    )
    same = hand_in(town, "members", text)
    assert same.json()["rows"] == [{"row": 1, "key": "m100", "outcome": "same", "fields": []}]
    moved = hand_in(town, "members", "member_id,grid_id,phone\nm100,g003,19912345679\n", why="调岗")
    assert moved.json()["rows"][0]["fields"] == ["grid_id", "phone"]
    (last, first) = get(town, "members/m100/changes").json()["changes"]
    assert (last["who"], last["why"], last["version"], first["before"]) == ("desk1", "调岗", 2, None)
    assert last["before"] == {"grid_id": "g002", "phone": "•••"} and last["after"] == {
        "grid_id": "g003",
        "phone": "•••",
    }
    new, changed = said(town, "member_changed", "m100")
    assert (new["version"], changed["version"], changed["grid_id"], changed["skills"]) == (1, 2, "g003", ["01", "0203"])
    keys = KeyRing(town.secrets.read("notify", "key_ring"))
    assert keys.open(changed["phone"], "member:m100", "phone") == "19912345679"
    assert keys.open(changed["chats"]["wecom"], "member:m100", "wecom") == "wecom-100"
    everything = str(town.rows("dispatch", "SELECT m, j FROM members m, registry_journal j"))
    assert CANARY not in everything and "wecom-100" not in everything


def test_a_file_with_a_wrong_row_changes_nothing_and_names_each_mistake(town: TemporaryTown) -> None:
    before = members(town)
    text = (
        "member_id,name,role,grid_id,phone\nm001,改名,leader,g001,\nm101,甲,worker,g999,\n"
        f"m102,乙,mayor,g001,\nm103,丙,worker,g001,{CANARY}x\nm001,又,leader,g001,\n"
    )
    refused = hand_in(town, "members", text)
    assert refused.status_code == 422 and CANARY not in refused.text
    assert [reason["field"] for reason in refused.json()["reasons"]] == [
        "row 3: role",
        "row 4: phone",
        "row 5: member_id",
    ]
    nowhere = hand_in(town, "members", "member_id,name,role,grid_id\nm001,改名,leader,g001\nm101,甲,worker,g999\n")
    assert [(r["field"], r["problem"]) for r in nowhere.json()["reasons"]] == [
        ("row 2: grid_id", "there is no area g999")
    ]
    tree = hand_in(town, "areas", "grid_id,parent_id,level\ng002,g001,village\n")
    assert tree.status_code == 422 and "a village lies in a township" in tree.text
    for what, content in (
        ("members", "{"),
        ("areas", b"\xff\xfe\x00"),
        ("areas", b"PK\x03\x04"),
        ("members", "a;b\n1;2"),
        ("members", "[1]"),
        ("members", "[]"),
        ("members", "[["),
    ):
        assert hand_in(town, what, content).status_code == 422, content
    assert hand_in(town, "members", "").status_code == 400
    assert members(town) == before
    assert hand_in(town, "members", text, role="leader").status_code == 403
    assert get(town, "members", role="member").status_code == 403
    assert get(town, "members", format="geojson").status_code == 400
    assert get(town, "areas/nowhere/changes").status_code == 404


def test_a_dry_run_says_what_would_become_of_it_and_keeps_nothing(town: TemporaryTown) -> None:
    done = hand_in(town, "members", '[{"member_id": "m002", "on_duty": false}]', dry_run="true")
    assert done.json() == {
        "kept": False,
        "rows": [{"row": 1, "key": "m002", "outcome": "changed", "fields": ["on_duty"]}],
    }
    assert members(town)["m002"]["on_duty"] is True


def test_what_is_taken_away_can_be_handed_in_again(town: TemporaryTown, tmp_path: Path) -> None:
    for what, form in (
        ("areas", "geojson"),
        ("areas", "xlsx"),
        ("areas", "csv"),
        ("members", "csv"),
        ("members", "xlsx"),
    ):
        file = get(town, what, format=form)
        again = hand_in(town, what, file.content)
        assert again.status_code == 200 and {row["outcome"] for row in again.json()["rows"]} == {"same"}, again.text
    sheet = load_workbook(io.BytesIO(get(town, "members", format="xlsx").content)).worksheets[0]
    assert "phone" not in [cell.value for cell in sheet[1]]
    file, report = tmp_path / "areas.geojson", tmp_path / "areas.geojson.report.csv"
    town.admin("dispatch", "export-areas", str(file))
    file.write_text(file.read_text(encoding="utf-8").replace("第2网格", "东街网格"), encoding="utf-8")
    printed = json.loads(town.admin("dispatch", "import-areas", str(file), "--dry-run"))
    assert printed | {"report": ""} == {"new": 0, "changed": 1, "same": 5, "report": ""}
    town.admin("dispatch", "import-areas", str(file), "--why", "改名")
    assert "g002,changed,name" in report.read_text(encoding="utf-8")
    (change,) = [json.loads(line) for line in town.admin("dispatch", "changes", "area", "g002").splitlines()][:1]
    assert (change["after"], change["why"]) == ({"name": "东街网格"}, "改名")
    until(lambda: town.rows("intake", "SELECT 1 FROM grids WHERE grid_id = 'g002' AND name = '东街网格'"))


def test_the_journal_of_changes_cannot_be_edited(town: TemporaryTown) -> None:
    with town.database("dispatch") as connection, connection.cursor() as cursor:
        for statement in ("UPDATE registry_journal SET who = 'x'", "DELETE FROM registry_journal"):
            with pytest.raises(psycopg2.Error, match="appended"):
                cursor.execute(statement)


def test_two_files_at_once_come_one_after_the_other(town: TemporaryTown) -> None:
    texts = [f"member_id,name\nm003,名{n}\nm005,名{n}\n" for n in range(6)]
    with ThreadPoolExecutor(6) as pool:
        assert {answer.status_code for answer in pool.map(lambda text: hand_in(town, "members", text), texts)} == {200}
    found = members(town)
    assert found["m003"]["name"] == found["m005"]["name"]
    versions = [change["version"] for change in get(town, "members/m003/changes").json()["changes"]]
    assert versions == list(range(len(versions), 0, -1)) and len(versions) == 7


def test_the_town_folder_loaded_again_keeps_what_was_entered_by_hand_and_changes_nothing_else(
    town: TemporaryTown,
) -> None:
    assert hand_in(town, "members", "member_id,name,role,grid_id\nm200,新人,worker,g002\n").status_code == 200
    town.admin("dispatch", "load-town", str(town.folder))
    again = json.loads(town.admin("dispatch", "load-town", str(town.folder)))
    assert again["changed"] == 0 and "m200" in members(town)
    provision(town.servers, town.name, town.secrets, town.folder)
    with town.broker("members", "m200") as connection:
        assert connection.is_open


class Work:
    """Cases of a town and their orders."""

    def __init__(self, town: TemporaryTown):
        self.town, self.api = town, Api(town)

    def report(self, lon: float | None, lat: float = 28.925) -> str:
        """The number of a new case."""
        place = {"text": "网格", **({"lon": lon, "lat": lat} if lon else {"grid_code": "330822111201001"})}
        body = {"external_id": str(uuid.uuid4()), "title": f"路灯不亮 {uuid.uuid4()}", "place": place, "kind": "report"}
        answer = self.api.call("POST", "intake", "/intake/reports", "source", "hotline", body)
        assert answer.status_code == 201, answer.text
        return answer.json()["number"]

    def order(self, number: str) -> dict[str, Any]:
        return until(lambda: self.found(number))

    def found(self, number: str) -> dict[str, Any] | None:
        orders = get(self.town, "orders").json()["orders"]
        return next((order for order in orders if order["number"] == number), None)

    def case(self, number: str) -> dict[str, Any]:
        return self.api.get("intake", f"/intake/cases/{number}")


def half(west: float) -> dict[str, Any]:
    return mapping(box(round(west, 6), 28.92, round(west + 0.005, 6), 28.93))


def test_a_split_grid_leaves_no_work_behind_and_those_that_are_merged_again_neither(town: TemporaryTown) -> None:
    work = Work(town)
    spots = [118.4025, 118.4075, 118.4025, 118.4075, 118.4025, 118.4075]
    numbers = [work.report(lon) for lon in spots]
    before = {number: work.order(number) for number in numbers}
    assert {order["grid_id"] for order in before.values()} == {GONE_GRID}
    assert {order["member_id"] for order in before.values()} == {"m002", "m003"}
    parts = [
        {
            "grid_id": WESTERN,
            "code": "330822111201101",
            "name": "西",
            "geometry": half(118.40),
            "members": ["m001", "m002"],
        },
        {"grid_id": EASTERN, "code": "330822111201102", "name": "东", "geometry": half(118.405), "members": ["m003"]},
    ]
    lost = post(town, f"areas/{GONE_GRID}/split", {"parts": parts[:1], "why": "户数过多"})
    assert lost.status_code == 422 and work.found(numbers[0]) == before[numbers[0]]
    done = post(town, f"areas/{GONE_GRID}/split", {"parts": parts, "why": "户数过多"})
    assert done.status_code == 200, done.text
    assert done.json() == {"grids": [WESTERN, EASTERN], "instead_of": [GONE_GRID], "moved": 6}
    for number, lon in zip(numbers, spots, strict=True):
        order, grid = work.found(number), WESTERN if lon < 118.405 else EASTERN
        assert order and order["grid_id"] == grid and order["due_at"] == before[number]["due_at"]
        stays = (before[number]["member_id"] == "m002") == (grid == WESTERN)
        assert order["member_id"] in (("m001", "m002") if grid == WESTERN else ("m003",))
        assert (order["member_id"] == before[number]["member_id"]) == stays
    until(lambda: {work.case(number)["state"] for number in numbers} == {"dispatched"})
    assert work.order(work.report(118.4025))["member_id"] in ("m001", "m002")
    reason = post(town, f"areas/{GONE_GRID}/split", {"parts": parts, "why": "again"})
    assert reason.status_code == 404
    with pytest.raises(ProvisionError, match=r"g001.*it was split or merged.*export-areas"):
        town.admin("dispatch", "load-town", str(town.folder))
    body = {"grids": [WESTERN, EASTERN], "into": {"grid_id": WESTERN}, "why": "又合并"}
    merged = post(town, "areas/merge", body)
    assert merged.status_code == 200 and merged.json()["moved"] == 3, merged.text
    assert {work.order(number)["grid_id"] for number in numbers} == {WESTERN}
    assert {m["grid_id"] for i, m in members(town).items() if i in ("m001", "m002", "m003")} == {WESTERN}


def test_a_case_that_was_said_before_the_split_was_known_goes_to_the_right_part(town: TemporaryTown) -> None:
    work = Work(town)
    split = json.loads(_split_by_command(town))
    assert (split["grids"], split["instead_of"]) == (["g004a", "g004b"], ["g004"])
    body = {"number": "L-1", "kind": "report", "level": "P3", "category": "0102", "title": "t", "place_text": "p"}
    body |= {"grid_id": "g004", "lon": 118.4375, "lat": 28.925, "round": 1, "media": [], "source": "hotline"}
    _say_case(town, body)
    order = work.order("L-1")
    assert (order["grid_id"], order["member_id"]) == ("g004b", "m012")


def test_the_work_of_a_member_who_has_left_goes_to_somebody_else(town: TemporaryTown) -> None:
    work = Work(town)
    number = work.report(118.425)
    handler = work.order(number)["member_id"]
    assert hand_in(town, "members", f"member_id,active\n{handler},false\n").status_code == 200
    order = work.order(number)
    assert order["member_id"] != handler and order["grid_id"] == "g003" and order["state"] == "dispatched"
    kinds = town.rows(
        "dispatch", "SELECT what FROM order_journal WHERE order_id = %s ORDER BY version", order["order_id"]
    )
    assert [kind for (kind,) in kinds] == ["assigned", "corrected", "assigned"]


def _split_by_command(town: TemporaryTown) -> str:
    features = [
        {
            "type": "Feature",
            "properties": {"grid_id": i, "code": f"330822111201{n}", "name": i, "members": crew},
            "geometry": half(west),
        }
        for i, n, west, crew in (("g004a", 401, 118.43, ["m010", "m011"]), ("g004b", 402, 118.435, ["m012"]))
    ]
    file = town.folder / "parts.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    rehearsed = json.loads(town.admin("dispatch", "split-grid", "g004", str(file), "--why", "x", "--dry-run"))
    assert rehearsed["grids"] == ["g004a", "g004b"] and "g004a" not in str(get(town, "areas").json())
    return town.admin("dispatch", "split-grid", "g004", str(file), "--why", "x")


def _say_case(town: TemporaryTown, data: dict[str, Any]) -> None:
    """As intake would say it, which has not heard of the split yet."""
    case_id = str(uuid.uuid4())
    event = {
        "specversion": "1.0",
        "id": str(uuid.uuid4()),
        "type": "intake.case_registered.v1",
        "source": f"/{town.name}/intake",
        "time": "2026-11-23T09:00:00+08:00",
        "subject": data["number"],
        "correlationid": case_id,
        "sequence": 1,
        "lane": "normal",
        "data": data,
    }
    with town.broker() as connection:
        channel = connection.channel()
        channel.basic_publish("messages", "intake.case_registered.v1.normal", json.dumps(event).encode())
