"""Intake alone, with a real broker and database: places, rules, duplicates, why, and rule sets on trial."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pika
import pytest
import requests

from deploy.provision.names import ProvisionError
from deploy.provision.servers import Servers
from deploy.towns.files import Camera, Name, write_table
from deploy.towns.small import write_small_town
from services.intake.domain.duplicates import cell_of
from shared.messaging.envelope import Event, new_id
from tests.support.town import TemporaryTown
from tests.support.waiting import until

INSIDE = {"lon": 118.405, "lat": 28.925}
GCJ02 = {"lon": 118.41019944693, "lat": 28.92220727975, "coordinates": "gcj02"}  # the same place
RULES = """
name: practice
intake:
  rules:
    - name: 水电气热
      when: {text_any: [停水, 停电], not: {kind: consultation}}
      then: {raise_level: P2, hint: 供水供电值班}
    - name: 诉讼
      when: {text_any: 法院已立案}
      then: {acceptance: reject, reason_code: in_court, reason: 已进入诉讼程序}
    - name: 同一处同一事
      when: {source: portal, score: 0.9, minutes: 60, same_category: true}
      then: {merge: true}
"""


@pytest.fixture(scope="module")
def town(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporaryTown]:
    """A town with two grids, a camera and names, in which only intake runs, with rules of its own."""
    folder = tmp_path_factory.mktemp("understood")
    write_small_town(folder, grids=2)
    write_table(folder / "cameras.csv", [Camera("C-1", "路口", "118.415", "28.925")])
    village = Name("小村", "", "village", "", "", "330822111201")
    write_table(folder / "gazetteer.csv", [village, Name("文化礼堂", "礼堂", "landmark", "118.415", "28.926")])
    (folder / "rules" / "practice.yaml").write_text(RULES, encoding="utf-8")
    with TemporaryTown(servers, folder, services=("intake",), logs=folder) as town:
        features = json.loads((folder / "grids.geojson").read_text(encoding="utf-8"))["features"]
        with town.broker() as connection:
            for feature in features:
                data = feature["properties"] | {"version": 1, "geometry": feature["geometry"], "area": 1.0}
                kind = "dispatch.grid_changed.v1"
                event = Event(new_id(), kind, f"/{town.name}/dispatch", "2026-11-23T09:00:00+08:00", data)
                publish(connection, "messages", f"{kind}.normal", event.encode())
        town.start()
        until(lambda: town.rows("intake", "SELECT 1 FROM grids WHERE level = 'grid' HAVING count(*) = 2"))
        yield town


def publish(connection: Any, exchange: str, key: str, body: bytes) -> None:
    properties = pika.BasicProperties(delivery_mode=2, message_id=new_id())
    connection.channel().basic_publish(exchange, key, body, properties)


def ask(town: TemporaryTown, path: str, role: str = "desk", name: str = "desk1") -> requests.Response:
    headers = {"Authorization": f"Bearer {town.token(role, name)}"}
    return requests.get(town.url("intake") + path, headers=headers, timeout=10)


def send(town: TemporaryTown, source: str = "hotline", **data: Any) -> requests.Response:
    headers = {"Authorization": f"Bearer {town.token('source', source)}"}
    body = {"external_id": new_id(), "title": "路口"} | data
    return requests.post(town.url("intake") + "/intake/reports", json=body, headers=headers, timeout=10)


def case(town: TemporaryTown, source: str = "hotline", **data: Any) -> dict[str, Any]:
    answer = send(town, source, **data)
    assert answer.status_code == 201, answer.text
    return ask(town, f"/intake/cases/{answer.json()['number']}").json()


def why(town: TemporaryTown, number: str, what: str) -> list[tuple[str, str]]:
    steps = ask(town, f"/intake/cases/{number}/explanation").json()["understood"]
    return [(step["value"], step["by"]) for step in steps if step["what"] == what]


@pytest.mark.parametrize(
    ("place", "grid", "reason", "by"),
    [
        (INSIDE, "g001", None, "position"),
        (GCJ02, "g001", None, "position"),
        ({"grid_code": "330822111201002"}, "g002", None, "grid_code"),
        ({"camera_id": "C-1"}, "g002", None, "camera"),
        ({"text": "小村礼堂门口"}, "g002", None, "address"),
        ({"text": "小村"}, None, "ambiguous_address", "address"),
        ({"text": "小村礼堂", "lon": 110.0, "lat": 20.0}, None, "outside_grids", "position"),
        ({"text": "不知道"}, None, "no_position", "nothing"),
    ],
)
def test_a_place_is_found_by_whatever_the_report_says(
    town: TemporaryTown, place: dict[str, Any], grid: str | None, reason: str | None, by: str
) -> None:
    found = case(town, place=place)
    assert (found["grid_id"], found["desk_reason"]) == (grid, reason)
    assert why(town, found["number"], "place") == [(grid or reason, by)]
    if place is GCJ02:
        assert (found["lon"], found["lat"]) == pytest.approx((118.405, 28.925), abs=1e-6)


def test_why_did_this_case_become_p2(town: TemporaryTown) -> None:
    found = case(town, category="0103", title="家里停水了")
    assert (found["level"], found["hint"]) == ("P2", "供水供电值班")
    assert why(town, found["number"], "level") == [("P3", "category"), ("P2", "rule")]
    assert "水电气热" in town.admin("intake", "explain", found["number"])
    said = town.rows("intake", "SELECT body FROM outbox WHERE routing_key = 'intake.case_registered.v1.urgent'")
    hints = {data["number"]: data["hint"] for data in (json.loads(body)["data"] for (body,) in said)}
    assert hints[found["number"]] == "供水供电值班"
    assert ask(town, f"/intake/cases/{found['number']}/explanation", "source", "hotline").status_code == 403
    assert ask(town, "/intake/cases/1-1/explanation").status_code == 404


def test_what_a_rule_refuses_is_a_case_that_ended_with_its_reason(town: TemporaryTown) -> None:
    found = case(town, description="此事法院已立案")
    assert found["state"] == "rejected"
    steps = [(step["to_state"], step["cause"], step["who"]) for step in found["history"]]
    assert steps == [("submitted", "report", "hotline"), ("rejected", "in_court", "rule")]
    said = town.rows("intake", "SELECT body FROM outbox WHERE body LIKE %s", f"%{found['number']}%")
    events = sorted((json.loads(body) for (body,) in said), key=lambda event: event["sequence"])
    assert [event["sequence"] for event in events] == [1, 2, 3, 4]
    assert [event["type"].split(".")[1] for event in events] == [
        "case_submitted",
        "feedback_due",
        "case_rejected",
        "feedback_due",
    ]
    assert "已进入诉讼程序" in events[-1]["data"]["text_zh"]
    assert town.rows("intake", "SELECT said FROM cases WHERE number = %s", found["number"]) == [(4,)]


def test_a_near_case_of_the_same_class_is_suggested_with_the_reason(town: TemporaryTown) -> None:
    place = {"lon": 118.4021, "lat": 28.9221}
    first = case(town, category="0201", title="墙上小广告", place=place)
    far = case(town, category="0201", title="墙上小广告", place=place | {"lat": 28.9265})
    other = case(town, category="0501", title="墙上小广告", place=place)
    second = case(town, category="0202", title="墙上有小广告", place=place | {"lat": 28.9222})
    assert [far["duplicates"], other["duplicates"]] == [[], []]
    (likely,) = second["duplicates"]
    assert likely["number"] == first["number"] and 0.5 <= likely["score"] < 1
    assert "11 m" in likely["why_en"] and "同一大类" in likely["why_zh"]
    as_source = ask(town, f"/intake/cases/{second['number']}", "source", "hotline").json()
    assert "duplicates" not in as_source
    assert ask(town, f"/intake/cases/{second['number']}/explanation").json()["duplicates"] == [likely]


def test_cases_of_one_batch_find_each_other_and_one_report_is_one_case(town: TemporaryTown) -> None:
    with town.broker("sources", "hotline") as connection:
        for number in range(40):
            data = {"external_id": f"batch-{number % 20}", "category": "0301", "title": "夜间施工噪音"}
            data["place"] = {"lon": 118.4081, "lat": 28.9281}
            event = {"specversion": "1.0", "id": new_id(), "source": "hotline", "type": "report.v1", "data": data}
            publish(connection, "reports", "hotline.normal", json.dumps(event).encode())
    batch = "SELECT 1 FROM cases WHERE external_id LIKE 'batch-%%' HAVING count(*) = 20"
    until(lambda: town.rows("intake", batch))
    until(lambda: town.queues()["reports.hotline.normal"] == 0)
    assert town.rows("intake", "SELECT count(*) FROM reports WHERE external_id LIKE 'batch-%%'") == [(20,)]
    found = town.rows(
        "intake",
        "SELECT count(DISTINCT case_id), max(score), bool_and(case_id <> candidate_id) FROM likely_duplicates "
        "WHERE case_id IN (SELECT id FROM cases WHERE external_id LIKE 'batch-%%')",
    )
    assert found == [(19, 1.0, True)]  # all but the first


def test_a_rule_that_merges_sends_the_case_to_be_merged(town: TemporaryTown) -> None:
    data = {"category": "0106", "title": "河面漂浮物", "place": {"lon": 118.4035, "lat": 28.9285}}
    first = case(town, "hotline", **data)
    second = case(town, "portal", **data)
    assert why(town, second["number"], "merge") == [(first["number"], "rule")]
    assert why(town, first["number"], "merge") == []


def test_a_corrected_case_is_found_where_it_belongs_now(town: TemporaryTown) -> None:
    found = case(town, "portal", title="没有说是什么", place=INSIDE)
    headers = {"Authorization": f"Bearer {town.token('desk', 'desk1')}"}
    address = town.url("intake") + f"/intake/cases/{found['number']}/accept"
    assert requests.post(address, json={"category": "0801"}, headers=headers, timeout=10).status_code == 200
    stored = town.rows("intake", "SELECT class_code, cell FROM cases WHERE number = %s", found["number"])
    assert stored == [("08", cell_of(INSIDE["lon"], INSIDE["lat"]))]


def test_the_database_and_the_rules_agree_about_cells(town: TemporaryTown) -> None:
    dice = random.Random(4)
    points = [(dice.uniform(-180, 180), dice.uniform(-89, 89)) for _ in range(500)]
    with town.database("intake") as connection, connection.cursor() as cursor:
        lons, lats = ([point[axis] for point in points] for axis in (0, 1))
        cursor.execute("SELECT cell_of(lon, lat) FROM unnest(%s, %s) AS p(lon, lat)", (lons, lats))
        assert [cell for (cell,) in cursor.fetchall()] == [cell_of(*point) for point in points]


def test_answers_are_held_against_the_questions(town: TemporaryTown) -> None:
    answer = send(town, category="0103", answers={"amount": "ship"})
    assert answer.status_code == 422
    assert answer.json()["reasons"][0] == {
        "field": "answers.amount",
        "problem": "the answer does not fit the question",
        "repair": "send one of bag, cart, more",
    }
    assert send(town, category="A0204").json()["reasons"][0]["repair"] == "answer it"
    assert case(town, category="A0204", answers={"stop_name": "球川村"})["answers"] == {"stop_name": "球川村"}


def test_a_broken_rule_set_is_refused_whole_and_the_old_one_stays(town: TemporaryTown, tmp_path: Path) -> None:
    before = town.rows("intake", "SELECT count(*), max(id) FROM rule_sets")
    path = tmp_path / "broken.yaml"
    path.write_text(RULES.replace("P2", "P7").replace("in_court", "no_reason"), encoding="utf-8")
    with pytest.raises(ProvisionError) as refused:
        town.admin("intake", "load-rules", str(path))
    assert "the one in force stays" in str(refused.value)
    assert f"{path}:7: intake.rules.0.then.raise_level: 'P7'" in str(refused.value)
    assert f"{path}:10: intake.rules.1.then.reason_code" in str(refused.value)
    assert town.rows("intake", "SELECT count(*), max(id) FROM rule_sets") == before


def test_a_rule_set_on_trial_shows_the_differences_and_changes_nothing(town: TemporaryTown, tmp_path: Path) -> None:
    found = case(town, category="0405", level="P4", title="全村停电", description="打电话13812345678")
    path = tmp_path / "trial.yaml"
    path.write_text(RULES.replace("raise_level: P2", "raise_level: P1"), encoding="utf-8")
    before = town.rows("intake", "SELECT (SELECT count(*) FROM rule_sets), (SELECT count(*) FROM outbox)")
    result = json.loads(town.admin("intake", "try-rules", str(path), "--days", "1", "--json"))
    assert result["cases"] == town.rows("intake", "SELECT count(*) FROM cases")[0][0]
    rows = [row for row in result["differences"] if row["number"] == found["number"]]
    assert [(row["what"], row["before"], row["after"], row["why_after"]) for row in rows] == [
        ("level", "P2", "P1", "rule 水电气热")
    ]
    assert set(result["changes"]) == {"level: P2 → P1"}
    assert found["number"] in town.admin("intake", "try-rules", str(path))
    same = json.loads(town.admin("intake", "try-rules", str(town.folder / "rules" / "practice.yaml"), "--json"))
    assert same["differences"] == [] and same["cases"] == result["cases"]
    assert town.rows("intake", "SELECT (SELECT count(*) FROM rule_sets), (SELECT count(*) FROM outbox)") == before


def test_new_rules_and_a_new_catalogue_are_in_force_at_once(town: TemporaryTown, tmp_path: Path) -> None:
    path = tmp_path / "new.yaml"
    path.write_text("name: new\nintake: {rules: [{name: 全部急件, when: {}, then: {level: P1}}]}\n", encoding="utf-8")
    town.admin("intake", "load-rules", str(path))
    assert case(town)["level"] == "P1"
    town.admin("intake", "load-rules", str(town.folder / "rules" / "practice.yaml"))
    assert case(town)["level"] == "P3"
    catalogue = town.folder / "categories.yaml"
    old = catalogue.read_text(encoding="utf-8")
    new = '{code: "9998", name_zh: 新, name_en: New, class: "99", platform: public_service, level: P4, kind: help'
    catalogue.write_text(f"{old.rstrip()}\n  - {new}, keywords: []}}\n", encoding="utf-8")
    assert send(town, category="9998").status_code == 422
    town.admin("intake", "load-town", str(town.folder))
    assert case(town, category="9998")["level"] == "P4"
    catalogue.write_text(old, encoding="utf-8")
