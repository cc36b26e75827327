"""A platform of every kind speaks its own language to intake, with its own rights; bursts and talks are one case."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pika
import pytest
import requests

from deploy.provision.servers import Servers
from deploy.towns.files import copy_sample
from deploy.towns.languages import language_of
from deploy.towns.small import write_small_town
from tests.integration.test_intake_doors import GRID, post, say
from tests.support.town import TemporaryTown
from tests.support.waiting import until

EXAMPLES = Path(__file__).parents[2] / "services" / "intake" / "adapters" / "examples"
# source: kind, category, level and state of the case that its example becomes
CASES = {
    "hotline": ("hotline", "0103", "P3", "accepted"),
    "pingan": ("pingan", "0601", "P3", "accepted"),
    "dcm": ("citymanagement", "A0101", "P2", "accepted"),
    "portal": ("portal", "0807", "P3", "submitted"),
    "camera": ("camera", "0403", "P1", "accepted"),
    "service": ("service", "0805", "P3", "accepted"),
    "desk": ("desk", "0401", "P3", "accepted"),
    "neighbour": ("generic", "0103", "P3", "accepted"),
    "patrol": ("patrol", "0107", "P3", "accepted"),
}


@pytest.fixture(scope="module")
def town(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporaryTown]:
    """A small town with the sample town's sources, in which two replicas of intake run."""
    folder = tmp_path_factory.mktemp("town-of-all-sources")
    write_small_town(folder)
    copy_sample(folder, "sources.yaml")
    with TemporaryTown(servers, folder, services=("intake",), logs=tmp_path_factory.mktemp("logs")) as town:
        data = {
            "grid_id": "g001",
            "version": 1,
            "code": "1",
            "name": "g",
            "level": "grid",
            "geometry": GRID,
            "area": 1.0,
        }
        say(town, "dispatch.grid_changed.v1", data)
        town.start(replicas=2)
        yield town


def example(kind: str, number: str, **changes: Any) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((EXAMPLES / f"{kind}.json").read_text(encoding="utf-8"))
    return data | {language_of(kind).number: number} | changes


def send(town: TemporaryTown, source: str, *reports: dict[str, Any]) -> None:
    """Reports of a platform with its own credentials; those of the patrol with a member's."""
    place = ("members", "m001") if source == "patrol" else ("sources", source)
    with town.broker(*place) as connection:
        channel = connection.channel()
        for number, data in enumerate(reports):
            event = {"specversion": "1.0", "id": f"{time.time_ns()}-{number}", "source": source, "type": "report.v1"}
            properties = pika.BasicProperties(delivery_mode=2, user_id=f"{town.name}-{place[1]}")
            channel.basic_publish(
                "reports", f"{source}.normal", json.dumps(event | {"data": data}).encode(), properties
            )


@pytest.mark.parametrize("source", CASES)
def test_each_kind_becomes_a_case_and_is_answered(town: TemporaryTown, source: str) -> None:
    kind, category, level, state = CASES[source]
    send(town, source, example(kind, f"{source}-1"))
    external_id = f"m001/{source}-1" if source == "patrol" else f"{source}-1"
    found = until(
        lambda: town.rows(
            "intake",
            "SELECT category, level, state, grid_id FROM cases WHERE source = %s AND external_id = %s",
            source,
            external_id,
        )
    )
    assert found == [(category, level, state, "g001")]
    told = town.rows("intake", "SELECT kind, number FROM feedback WHERE external_id = %s", external_id)
    assert told == [("report_received", 1)]


def test_a_burst_is_one_case_with_a_count_whoever_takes_it(town: TemporaryTown) -> None:
    burst = [example("camera", f"b{n}", cameraId="C-009", snapshot=f"s/{n}.jpg", alarmTime=None) for n in range(120)]
    weak = [example("camera", f"w{n}", cameraId="C-009", confidence=0.2) for n in range(3)]
    send(town, "camera", *burst[:90], *weak)
    until(lambda: town.rows("intake", "SELECT 1 FROM reports WHERE external_id ~ '^b[0-9]' HAVING count(*) = 90"))
    send(town, "camera", *burst[60:])  # thirty of them again, as a platform does that heard no answer
    until(lambda: town.rows("intake", "SELECT 1 FROM reports WHERE external_id ~ '^b[0-9]' HAVING count(*) = 120"))
    until(lambda: town.rows("intake", "SELECT 1 FROM reports WHERE external_id ~ '^b[0-9]' HAVING sum(repeated) = 30"))
    cases = "SELECT occurrences, jsonb_array_length(media), said FROM cases WHERE external_id ~ '^b[0-9]'"
    assert town.rows("intake", cases) == [(120, 20, 121)]
    told = "SELECT kind, count(*) FROM feedback WHERE external_id ~ '^[bw][0-9]' GROUP BY kind ORDER BY kind"
    until(lambda: town.rows("intake", told) == [("report_received", 120), ("report_rejected", 3)])
    said = """SELECT (body::json->>'sequence')::int FROM outbox
              JOIN cases ON cases.id::text = body::json->>'correlationid'
              WHERE external_id ~ '^b[0-9]' AND body::json->>'sequence' IS NOT NULL ORDER BY 1"""
    assert [number for (number,) in town.rows("intake", said)] == list(range(1, 122))
    assert sum(_metric(town, replica, "below_threshold") for replica in range(2)) == 3


def _metric(town: TemporaryTown, replica: int, outcome: str) -> float:
    text = requests.get(f"http://{town.of('intake')[replica].ops}/metrics", timeout=10).text
    lines = [line for line in text.splitlines() if line.startswith("wangge_reports_total") and outcome in line]
    return sum(float(line.rpartition(" ")[2]) for line in lines)


def test_a_talk_is_one_report_and_what_comes_late_is_kept_in_the_history(town: TemporaryTown) -> None:
    place = {"longitude": 118.4092, "latitude": 28.922207, "address": "球川村", "title": "工地"}
    picture = example("chat", "c1", msgtype="image", image={"ref": "chat/1.jpg"}, text=None, msgtime=None)
    words = example("chat", "c2", msgtime=None)
    position = example("chat", "c3", msgtype="location", location=place, text=None, msgtime=None)
    send(town, "chat", picture, words, position, example("chat", "c4", msgtime=None, **{"from": "somebody else"}))
    until(lambda: town.rows("intake", "SELECT 1 FROM reports WHERE external_id ~ '^c[0-9]' HAVING count(*) = 4"))
    case = """SELECT number, state, category, title, grid_id, media, occurrences FROM cases WHERE source = 'chat'
              ORDER BY occurrences DESC"""
    (number, *told), other = town.rows("intake", case)
    assert told == ["submitted", "0302", "工地没有洒水，扬尘很大。", "g001", ["chat/1.jpg"], 3]
    assert other[-1] == 1
    assert post(town, f"/intake/cases/{number}/accept", "desk", "desk1", {}).status_code == 200
    late = example("chat", "c5", msgtime=None, text={"content": "电话19912345678，还没有来人。"})
    send(town, "chat", late)
    until(lambda: town.rows("intake", "SELECT 1 FROM reports WHERE external_id = 'c5'"))
    notes = (
        "SELECT note FROM case_history JOIN cases ON cases.id = case_id WHERE number = %s AND cause = 'report added'"
    )
    assert "电话199****5678，还没有来人。" in [note for (note,) in town.rows("intake", notes, number)]
    description = town.rows("intake", "SELECT description FROM cases WHERE number = %s", number)[0][0]
    assert "还没有来人" not in description  # others have heard it as it was
    again = post(town, "/intake/reports", "source", "chat", late)
    assert (again.status_code, again.json()["outcome"], again.json()["number"]) == (200, "known", number)


def test_the_http_door_says_what_became_of_an_alert(town: TemporaryTown) -> None:
    def alert(number: str, **changes: Any) -> requests.Response:
        return post(town, "/intake/reports", "source", "camera", example("camera", number, cameraId="C-020", **changes))

    first, second, weak = alert("h1"), alert("h2"), alert("h3", confidence=0.1)
    assert (first.status_code, first.json()["outcome"]) == (201, "new")
    assert (second.status_code, second.json()["outcome"]) == (200, "grouped")
    assert second.json()["number"] == first.json()["number"]
    assert (weak.status_code, weak.json()["outcome"]) == (200, "below_threshold")
    assert alert("h4", surprise=1).json()["reasons"][0]["field"] == "surprise"


def test_a_platform_cannot_speak_for_another(town: TemporaryTown) -> None:
    with pytest.raises(pika.exceptions.ChannelClosedByBroker), town.broker("sources", "dcm") as connection:
        channel = connection.channel()
        channel.basic_publish("reports", "hotline.normal", b"{}")
