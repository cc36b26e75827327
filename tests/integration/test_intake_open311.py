"""Open311 on a real town: what a client sends and sees, what it is refused, and what nobody sees."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from xml.etree import ElementTree

import pytest
import requests

from deploy.provision.servers import Servers
from deploy.towns import files
from deploy.towns.small import write_small_town
from shared.messaging.envelope import new_id
from tests.integration.test_intake_doors import GRID, post, publish, report, say
from tests.support.media import photo
from tests.support.open311_client import Open311Client, Refused
from tests.support.town import TemporaryTown
from tests.support.waiting import until

QUESTIONS = [
    {"code": "bags", "datatype": "number", "required": True, "text_zh": "几袋？", "text_en": "How many?"},
    {
        "code": "smell",
        "datatype": "multivaluelist",
        "text_zh": "气味",
        "text_en": "Smell",
        "values": [{"key": "bad", "zh": "难闻", "en": "Bad"}, {"key": "none", "zh": "没有", "en": "None"}],
    },
]
PLACE = {"lat": "28.925", "long": "118.405"}
CANARY = "19912345678"


@pytest.fixture(scope="module")
def town(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporaryTown]:
    """Intake alone; clients of the source `open311` are public, those of `quiet` are not and get tokens."""
    folder = tmp_path_factory.mktemp("open311-town")
    write_small_town(folder)
    sources = files.read_yaml(folder / "sources.yaml")["sources"]
    plain = {"kind": "open311", "name_zh": "客户端", "name_en": "Clients", "auto_accept": True, "asks_reporter": True}
    plain |= {"feedback": ["report_received", "report_rejected", "accepted", "dispatched", "in_progress", "rejected"]}
    said = {"jurisdiction": "town.example", "contact": "desk@town.example", "key_service": "ask the desk"}
    sources.append(plain | {"name": "open311", "settings": {"open311": said}})
    sources.append(plain | {"name": "quiet", "settings": {"open311": {"public": False, "tokens": True}}})
    files.write_yaml(folder / "sources.yaml", {"sources": sources}, "Where reports come from.")
    with TemporaryTown(servers, folder, ("intake",), logs=folder) as town:
        with town.database("intake", owner=True) as connection, connection.cursor() as cursor:
            cursor.execute("ALTER TABLE categories ADD COLUMN IF NOT EXISTS questions jsonb")
            cursor.execute("UPDATE categories SET questions = %s WHERE code = '0103'", [json.dumps(QUESTIONS)])
        data = {"grid_id": "g001", "version": 1, "code": "330822111201001", "name": "g", "level": "grid", "area": 1.0}
        say(town, "dispatch.grid_changed.v1", data | {"geometry": GRID})
        town.start()
        until(lambda: town.rows("intake", "SELECT 1 FROM grids WHERE grid_id = 'g001'"))
        yield town


def base(town: TemporaryTown) -> str:
    return f"{town.url('intake')}/intake/open311/v2"


def key(town: TemporaryTown, source: str = "open311") -> str:
    return json.loads(town.admin("intake", "open311-key", source, "--label", "test"))["api_key"]


@pytest.fixture
def client(town: TemporaryTown) -> Open311Client:
    return Open311Client(base(town), key(town), pause=0.1)


def words() -> str:
    """A description that no other test sends."""
    return f"垃圾 {uuid.uuid4()}"


def in_json(town: TemporaryTown, path: str, **asked: str) -> Any:
    answer = requests.get(f"{base(town)}/{path}", params=asked, headers={"Accept-Language": "en"}, timeout=10)
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    return answer.json()


def test_discovery_and_services_say_what_there_is(town: TemporaryTown, client: Open311Client) -> None:
    found = in_json(town, "discovery.json")
    assert found["contact"] == "desk@town.example" and found["key_service"] == "ask the desk"
    (endpoint,) = found["endpoints"]
    assert endpoint["specification"] == "http://wiki.open311.org/GeoReport_v2" and endpoint["url"] == base(town)
    assert endpoint["formats"] == ["text/xml", "application/json"]
    assert dt.datetime.fromisoformat(endpoint["changeset"]).tzinfo
    services = {service["service_code"]: service for service in client.services()}
    assert services["0103"]["service_name"] == "暴露垃圾" and services["0103"]["metadata"] == "true"
    assert services["0104"]["metadata"] == "false" and services["0103"]["group"] == "综合执法"
    assert {service["type"] for service in services.values()} == {"batch"}  # some clients get tokens
    attributes = client.definition("0103")
    assert [(a["code"], a["datatype"], a["required"], a["order"]) for a in attributes] == [
        ("bags", "number", "true", "1"),
        ("smell", "multivaluelist", "false", "2"),
    ]
    assert attributes[1]["values"] == [{"key": "bad", "name": "难闻"}, {"key": "none", "name": "没有"}]
    english = in_json(town, "services/0103.json")
    assert english["attributes"][0]["description"] == "How many?" and english["attributes"][0]["values"] == []
    assert client.definition("0104") == []


def test_a_request_becomes_a_case_and_is_shown(town: TemporaryTown, client: Open311Client) -> None:
    text, links = f"{words()} <b>&amp;", ["https://a.example/1.jpg", "https://a.example/2.jpg"]
    number = client.send(
        "0103", {"bags": "3", "smell": ["bad", "none"]}, links, description=text, phone=CANARY, last_name="某", **PLACE
    )
    (shown,) = client.requests(service_request_id=number)
    assert (shown["status"], shown["service_code"], shown["description"]) == ("open", "0103", text)
    assert (shown["lat"], shown["long"], shown["address_id"]) == ("28.925000", "118.405000", "330822111201001")
    assert (shown["media_url"], shown["zipcode"], shown["expected_datetime"]) == (links[0], "", "")
    (extended,) = in_json(town, f"requests/{number}.json", extensions="true")
    assert extended["extended_attributes"]["media_urls"] == links and extended["zipcode"] is None
    assert extended["extended_attributes"]["detailed_status"] == "open" and extended["lat"] == 28.925
    everything = json.dumps([extended, shown]) + (town.processes[0].log.read_text())
    assert CANARY not in everything and "某" not in everything


def test_a_form_sent_again_is_the_same_request(town: TemporaryTown, client: Open311Client) -> None:
    text = words()
    with ThreadPoolExecutor(10) as pool:
        numbers = set(pool.map(lambda _: client.send("0104", description=text, **PLACE), range(20)))
    assert len(numbers) == 1
    other = Open311Client(client.base, key(town))
    assert other.send("0104", description=text, **PLACE) not in numbers
    assert client.send("0104", description=text, phone=CANARY, **PLACE) not in numbers
    headers = {"Idempotency-Key": "k1"}
    first = client.send("0104", description=words(), headers=headers, **PLACE)
    assert client.send("0104", description=words(), headers=headers, **PLACE) == first
    with town.database("intake", owner=True) as connection, connection.cursor() as cursor:
        cursor.execute("UPDATE reports SET received_at = received_at - interval '20 minutes'")
        cursor.execute(
            "UPDATE reports SET external_id = split_part(external_id, '.', 1) || '.0' WHERE external_id LIKE '%.%'"
        )
    assert client.send("0104", description=text, **PLACE) not in numbers


def test_files_are_kept_with_the_case_and_what_is_none_is_refused(town: TemporaryTown, client: Open311Client) -> None:
    form = {"api_key": client.api_key, "service_code": "0104", "description": words(), "account_id": "a1", **PLACE}
    upload = {"media": ("x.jpg", photo(), "image/jpeg")}
    answer = requests.post(f"{base(town)}/requests.json", form, files=upload, timeout=20)
    assert answer.status_code == 200 and answer.json()[0]["account_id"] == "a1"
    kept = """SELECT media_type FROM media JOIN case_media USING (reference) JOIN cases ON cases.id = case_id
              WHERE number = %s"""
    assert town.rows("intake", kept, answer.json()[0]["service_request_id"]) == [("image/jpeg",)]
    two = client.send("0104", files=[("a.jpg", photo()), ("b.jpg", photo(size=(320, 200)))], address_string="村口")
    assert len(town.rows("intake", kept, two)) == 2
    broken = {"media": ("x.jpg", b"\xff\xd8\xff" * 1000, "image/jpeg")}
    answer = requests.post(f"{base(town)}/requests.json", form | {"description": words()}, files=broken, timeout=20)
    assert answer.status_code == 400 and "media" in answer.json()[0]["description"]


def test_queries_find_what_they_ask_for_and_nothing_else(town: TemporaryTown, client: Open311Client) -> None:
    one = client.send("0105", description=words(), **PLACE)
    two = client.send("0106", description=words(), lat="28.95", long="118.5")
    town_now = dt.datetime.fromisoformat(client.requests(service_request_id=two)[0]["requested_datetime"])
    second, later = dt.timedelta(seconds=1), (town_now + dt.timedelta(days=1)).isoformat()

    def found(**asked: str) -> set[str]:
        rows = client.requests(**{"service_code": "0105,0106", **asked})
        assert [r["requested_datetime"] for r in rows] == sorted((r["requested_datetime"] for r in rows), reverse=True)
        return {row["service_request_id"] for row in rows}

    assert found() == {one, two} == found(status="open") == found(status="open,closed") == found(status="")
    assert found(service_code="0105") == {one} and found(status="closed") == set()
    assert found(service_request_id=f"{one},{two}", status="closed") == {one, two}
    assert found(bbox="28.9,118.4,28.93,118.41") == {one}
    assert found(page_size="1", page="1") | found(page_size="1", page="2") == {one, two}
    assert found(page_size="1", page="3") == set()
    assert two in found(end_date=town_now.isoformat()) and two in found(start_date=town_now.isoformat())
    assert found(end_date=(town_now - second * 60).isoformat()) == set() == found(start_date=later)
    assert two in found(updated_after=town_now.isoformat()) and found(updated_after=later) == set()
    assert found(updated_before=(town_now - second * 60).isoformat()) == set()


def test_updates_are_heard_within_the_window_only_once(town: TemporaryTown, client: Open311Client) -> None:
    number, start = client.send("0107", description=words(), **PLACE), dt.datetime.now(dt.UTC)
    case_id = town.rows("intake", "SELECT id::text FROM cases WHERE number = %s", number)[0][0]
    for sequence, what in enumerate(("assigned", "acknowledged"), 1):
        data = {"number": number, "round": 1, "member_id": "m001"}
        say(town, f"dispatch.work_{what}.v1", data, sequence=sequence, subject=number, correlationid=case_id)
    until(lambda: town.rows("intake", "SELECT 1 FROM cases WHERE number = %s AND state = 'in_progress'", number))
    minute = dt.timedelta(minutes=1)
    got = [u for u in client.fetch_updates(start - minute, start + minute) if u["service_request_id"] == number]
    assert [update["status"] for update in got] == ["INVESTIGATING", "IN_PROGRESS"]
    assert number in got[0]["description"]
    assert client.fetch_updates(start - minute, start + minute) == []
    assert Open311Client(client.base).fetch_updates(start + minute, start + 2 * minute) == []
    exactly = dt.datetime.fromisoformat(got[0]["updated_datetime"])
    again = Open311Client(client.base).fetch_updates(exactly, exactly)
    assert got[0]["update_id"] in {update["update_id"] for update in again}
    assert {row["update_id"] for row in in_json(town, "servicerequestupdates.json")} >= set(client.seen)


def test_what_a_reporter_says_is_a_remark_and_closes_nothing(town: TemporaryTown, client: Open311Client) -> None:
    number = client.send("0107", description=words(), **PLACE)
    first = client.send_update(number, "c-1", "CLOSED", f"已解决，我的电话{CANARY}")
    assert uuid.UUID(first) and client.send_update(number, "c-1", "CLOSED", "again") == first
    steps = town.rows(
        "intake",
        "SELECT h.cause, h.note, h.from_state, h.to_state FROM case_history h JOIN cases c ON c.id = h.case_id"
        " WHERE c.number = %s AND h.cause LIKE 'reporter%%'",
        number,
    )
    assert steps == [("reporter says closed", "已解决，我的电话199****5678", "accepted", "accepted")]
    assert client.requests(service_request_id=number)[0]["status"] == "open"
    with pytest.raises(Refused) as refused:
        Open311Client(client.base, key(town, "quiet")).send_update(number, "c-2", "OPEN", "not mine")
    assert refused.value.status == 404


def test_what_is_not_public_is_seen_by_its_own_client_only(town: TemporaryTown, client: Open311Client) -> None:
    hotline = post(town, "/intake/reports", "source", "hotline", {"external_id": new_id(), "title": "不公开"}).json()
    quiet = Open311Client(client.base, key(town, "quiet"), "town.example", pause=0.1)
    number = quiet.send("0104", description=words(), **PLACE)  # by a token
    assert client.requests(service_request_id=f"{number},{hotline['number']}") == []
    assert hotline["number"] not in {row["service_request_id"] for row in client.requests()}
    assert [r["service_request_id"] for r in quiet.requests(service_request_id=number, api_key=quiet.api_key)] == [
        number
    ]
    assert quiet.requests(service_request_id=hotline["number"], api_key=quiet.api_key) == []
    for token in (new_id(), "x", "0"):
        with pytest.raises(Refused) as refused:
            quiet._number(token)
        assert refused.value.status == 404


def test_a_refused_case_says_who_and_why(town: TemporaryTown, client: Open311Client) -> None:
    number = client.send("0104", description=words(), **PLACE)
    with town.database("intake", owner=True) as connection, connection.cursor() as cursor:
        cursor.execute("UPDATE cases SET state = 'submitted' WHERE number = %s", [number])
    refusal = {"reason_code": "in_court", "reason": f"已在诉讼中，问{CANARY}"}
    assert post(town, f"/intake/cases/{number}/reject", "desk", "desk1", refusal).status_code == 200
    (shown,) = client.requests(service_request_id=number)
    assert shown["status"] == "closed" and "已在诉讼中" in shown["status_notes"] and CANARY not in shown["status_notes"]


def test_the_same_adapter_reads_what_comes_by_the_broker(town: TemporaryTown) -> None:
    data = {"service_code": "0104", "address_string": "村口", "description": words()}
    with town.broker("sources", "open311") as connection:
        event = json.loads(report("amqp-1")) | {"source": "open311", "data": data | {"external_id": "amqp-1"}}
        publish(connection, "reports", "open311.normal", json.dumps(event).encode())
    until(lambda: town.rows("intake", "SELECT 1 FROM cases WHERE external_id = 'amqp-1' AND category = '0104'"))


HOSTILE: list[tuple[dict[str, Any], int]] = [
    ({"service_code": "7777"}, 404),
    ({"service_code": ""}, 400),
    ({"api_key": ""}, 403),
    ({"api_key": "' OR 1=1 --"}, 403),
    ({"jurisdiction_id": "elsewhere"}, 404),
    ({"lat": "x"}, 400),
    ({"lat": "1e999"}, 400),
    ({"lat": "91"}, 400),
    ({"long": ""}, 400),
    ({"lat": "", "long": ""}, 400),
    ({"description": "a\0b"}, 400),
    ({"description": "长" * 4001}, 400),
    ({"description": "x" * 600_000}, 400),
    ({"description": "x" * 1_100_000}, 400),
    ({"attribute[surprise]": "1"}, 400),
    ({"attribute[bags]": "many", "service_code": "0103"}, 400),
    ({"service_code": "0103"}, 400),  # a required answer is missing
    ({"media_url": "file:///etc/passwd"}, 400),
    ({f"field{i}": "x" for i in range(2000)}, 200),
]


@pytest.mark.parametrize(("form", "status"), HOSTILE)
def test_hostile_forms_get_errors_in_the_form_of_open311(
    town: TemporaryTown, client: Open311Client, form: dict[str, Any], status: int
) -> None:
    good = {"api_key": client.api_key, "service_code": "0104", "description": words(), **PLACE}
    answer = requests.post(f"{base(town)}/requests.xml", good | form, timeout=20)
    assert answer.status_code == status, answer.text[:500]
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
    root = ElementTree.fromstring(answer.content)
    if status != 200:
        assert (
            root.tag == "errors" and root.findtext("error/code") == str(status) and root.findtext("error/description")
        )
    assert "Traceback" not in answer.text and "SELECT" not in answer.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("requests.json?start_date=x&page=0", 400),
        ("requests.json?bbox=118,28,119,29", 400),
        ("requests.json?status=%3Cscript%3E", 400),
        ("requests.json?service_request_id=%27%3B--", 200),
        ("requests.json?api_key=unknown", 403),
        ("requests.json?jurisdiction_id=elsewhere", 404),
        ("requests/20260101-999999.json", 404),
        ("requests/,.json", 404),
        ("requests/%EF%BF%BF%01.json", 404),
        ("services/7777.json", 404),
        ("services.json?jurisdiction_id=elsewhere", 404),
        ("tokens/%2e%2e.json", 404),
        ("servicerequestupdates.json?start_date=2020-01-01T00:00:00Z&end_date=2021-01-01T00:00:00Z", 400),
    ],
)
def test_queries_that_do_not_fit_get_errors_as_a_list(town: TemporaryTown, path: str, status: int) -> None:
    answer = requests.get(f"{base(town)}/{path}", timeout=10)
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert status == 200 or all(error["code"] == status and error["description"] for error in answer.json())


def test_a_format_that_is_not_offered_is_an_error_in_xml(town: TemporaryTown, client: Open311Client) -> None:
    assert requests.get(f"{base(town)}/services.csv", timeout=10).status_code == 400
    form = {"api_key": client.api_key, "service_code": "0104", "description": (text := words()), **PLACE}
    answer = requests.post(f"{base(town)}/requests.yaml", form, timeout=10)
    assert ElementTree.fromstring(answer.content).findtext("error/code") == "400"
    assert town.rows("intake", "SELECT 1 FROM cases WHERE description = %s", text) == []


def test_keys_are_kept_as_hashes_and_can_be_switched_off(town: TemporaryTown) -> None:
    made = json.loads(town.admin("intake", "open311-key", "open311", "--label", "a web site"))
    assert town.rows("intake", "SELECT 1 FROM api_keys k WHERE k::text LIKE %s", f"%{made['api_key']}%") == []
    listed = [json.loads(line) for line in town.admin("intake", "open311-keys", "open311").splitlines()]
    assert made["key_id"] in {row["key_id"] for row in listed} and made["api_key"] not in json.dumps(listed)
    client = Open311Client(base(town), made["api_key"])
    assert client.send("0104", description=words(), **PLACE)
    town.admin("intake", "open311-key-disable", made["key_id"])
    with pytest.raises(Refused) as refused:
        client.send("0104", description=words(), **PLACE)
    assert refused.value.status == 403 and refused.value.errors[0][0] == 403


def test_a_key_needs_a_source_of_this_kind(town: TemporaryTown) -> None:
    with pytest.raises(Exception, match="no source of the kind open311"):
        town.admin("intake", "open311-key", "hotline")
