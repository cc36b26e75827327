"""Who is shown what of persons, for which reason; what is left of one who was erased; keys that are changed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from deploy.provision.names import SERVICES, ProvisionError
from shared.messaging.envelope import new_id
from shared.outbox.quarantine import Bodies
from shared.sealing import KeyRing, SealError
from tests.integration.test_canary import TABLES
from tests.integration.test_intake_doors import GRID, post, publish, say
from tests.support.town import TemporaryTown
from tests.support.waiting import until

PHONE, OTHER = "13912345678", "13912345679"
SEALED = re.compile(r"(?:k\d+|data)\.[A-Za-z0-9_-]{20,}={0,2}")
UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
FIELDS = ("original", "contact", "phone", "key", "household", "body")
PREFIXES = ("", "person:", "parked:", "member:")
REGISTER = """household,address,name,id_number,phone
H1,振兴路12号,王小明,330822199001011238,139 1234 5678
H1,振兴路12号,李小红,,
H2,振兴路13号,张三,330822199001011234,
H3,振兴路14号,赵四,,not a number
"""


@pytest.fixture
def town(new_town: Callable[..., TemporaryTown]) -> Iterator[TemporaryTown]:
    """A town in which intake and callback run."""
    town = new_town(services=("intake", "callback"))
    data = {"grid_id": "g001", "version": 1, "code": "1", "name": "g", "level": "grid", "geometry": GRID, "area": 1.0}
    say(town, "dispatch.grid_changed.v1", data)
    town.start()
    yield town


def register(town: TemporaryTown, external_id: str, phone: str = PHONE, **data: Any) -> str:
    """The number of a new case."""
    body = {
        "external_id": external_id,
        "title": "噪声",
        "kind": "complaint",
        "reporter": {"name": "王小明", "phone": phone},
    }
    answer = post(town, "/intake/reports", "source", "hotline", body | data)
    assert answer.status_code == 201
    return answer.json()["number"]


def as_owner(town: TemporaryTown, statement: str) -> None:
    with town.database("intake", owner=True) as connection, connection.cursor() as cursor:
        cursor.execute(statement)


def told(town: TemporaryTown, number: str) -> Any:
    answer = post(town, f"/intake/cases/{number}/contact", "desk", "desk1", {"reason": "回访"})
    assert answer.status_code == 200
    return answer.json()["reports"][0]["told"]


def test_what_is_masked_is_shown_for_a_reason_and_leaves_a_trace(town: TemporaryTown, tmp_path: Any) -> None:
    first, second = register(town, "1"), register(town, "2", "+86 139-1234-5678")
    register(town, "3", OTHER)
    ask = {"phone": "139 1234 5678", "reason": "诉求人来电"}
    found = post(town, "/intake/persons/search", "desk", "desk1", ask).json()["cases"]
    assert sorted(case["number"] for case in found) == [first, second]
    assert post(town, "/intake/persons/search", "leader", "m001", ask | {"phone": "13912340000"}).json() == {
        "cases": []
    }
    assert told(town, first)["reporter"]["phone"] == PHONE
    refusals = [
        ("desk", "/intake/persons/search", ask | {"phone": "12"}, 422),
        ("desk", "/intake/persons/search", {"phone": PHONE}, 422),
        ("desk", f"/intake/cases/{first}/contact", {"reason": " "}, 422),
        ("desk", "/intake/cases/1-1/contact", {"reason": "x"}, 404),
        ("desk", f"/intake/cases/{first}/register", {"reason": "x", "by": "name"}, 422),
        ("desk", "/intake/persons/erase", ask, 403),
        ("leader", f"/intake/cases/{first}/register", {"reason": "x", "by": "phone"}, 403),
        ("leader", "/intake/persons/erase", ask | {"phone": "13912340000"}, 404),
        ("source", f"/intake/cases/{first}/contact", {"reason": "x"}, 403),
        ("member", "/intake/persons/search", ask, 403),
    ]
    assert [post(town, path, role, "x", body).status_code for role, path, body, _ in refusals] == [
        r[3] for r in refusals
    ]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: told(town, first), range(24)))
    rows = town.rows("intake", "SELECT who, role, action, about FROM audit ORDER BY id")
    assert [row[2] for row in rows] == ["lookup", "lookup"] + ["unmask"] * 25
    assert rows[1][:3] == ("m001", "leader", "lookup") and rows[1][3] == "nobody"
    assert rows[2] == ("desk1", "desk", "unmask", first)
    _check_chain(town)


def _check_chain(town: TemporaryTown) -> None:
    """The service cannot change it; whoever can is found out."""
    whole = json.loads(town.admin("intake", "audit", "verify"))
    assert whole["rows"] == 27
    for statement in ("UPDATE audit SET who = 'me'", "DELETE FROM audit", "TRUNCATE audit"):
        with town.database("intake") as connection, connection.cursor() as cursor:
            with pytest.raises(Exception, match="permission denied"):
                cursor.execute(statement)
        with pytest.raises(Exception, match="appended, never edited"):
            as_owner(town, statement.replace("TRUNCATE audit", "DELETE FROM audit"))
    as_owner(town, "ALTER TABLE audit DISABLE TRIGGER USER; DELETE FROM audit WHERE id = (SELECT max(id) FROM audit)")
    town.admin("intake", "audit", "verify")
    with pytest.raises(ProvisionError, match="cut off"):
        town.admin("intake", "audit", "verify", "--expect", whole["last_hash"])
    as_owner(town, "UPDATE audit SET reason = 'x' WHERE id = 3")
    with pytest.raises(ProvisionError, match="broken at row 3"):
        town.admin("intake", "audit", "verify")


def test_the_register_is_looked_up_for_an_open_case_only(town: TemporaryTown, tmp_path: Any) -> None:
    file = tmp_path / "register.csv"
    file.write_text(REGISTER, encoding="utf-8-sig")
    rehearsed = town.admin("intake", "import-register", str(file), "--dry-run")
    assert town.rows("intake", "SELECT count(*) FROM households") == [(0,)]
    lines = [json.loads(line) for line in town.admin("intake", "import-register", str(file)).splitlines()]
    assert [json.loads(line) for line in rehearsed.splitlines()] == lines
    assert [(line["line"], line["reasons"][0]["field"]) for line in lines[:-1]] == [(4, "id_number"), (5, "phone")]
    assert lines[-1] == {"households": 1, "left out": 2, "wrong rows": 2}
    town.admin("intake", "import-register", str(file))
    assert town.rows("intake", "SELECT (SELECT count(*) FROM households), (SELECT count(*) FROM residents)") == [(1, 1)]
    number = register(town, "1", place={"text": "振兴路 １２ 号"})
    asked = {"reason": "核实住户", "by": "phone"}
    by_phone = post(town, f"/intake/cases/{number}/register", "desk", "desk1", asked).json()
    assert [person["name"] for person in by_phone["households"][0]["people"]] == ["王**", "李**"]
    assert by_phone["households"][0]["people"][0]["id_number"] == "330822********1238"
    whole = asked | {"by": "address", "unmask": True}
    by_address = post(town, f"/intake/cases/{number}/register", "desk", "desk1", whole).json()
    assert by_address["households"][0]["people"][0]["name"] == "王小明"
    as_owner(town, "UPDATE cases SET state = 'closed'")
    assert post(town, f"/intake/cases/{number}/register", "desk", "desk1", asked).status_code == 409
    about = town.rows("intake", "SELECT about FROM audit WHERE action = 'register_lookup'")
    assert about == [(number,), (number,)]


def test_nothing_of_one_who_was_erased_can_be_opened(town: TemporaryTown) -> None:
    number, kept = register(town, "1", description=f"打{PHONE}"), register(town, "2", OTHER)
    with town.broker("sources", "hotline") as connection:  # what cannot be handled and names the number, is parked
        as_owner(town, "ALTER TABLE cases ADD CONSTRAINT poison CHECK (title <> 'poison')")
        body = {"external_id": "p", "title": "poison", "reporter": {"phone": "139-1234-5678"}}
        event = {"specversion": "1.0", "id": "p", "source": "hotline", "type": "report.v1", "data": body}
        publish(connection, "reports", "hotline.normal", json.dumps(event).encode())
    until(lambda: town.rows("intake", "SELECT 1 FROM parked WHERE kind = 'failed'"))
    _plan_follow_up(town, number)
    assert _openable(town, PHONE)
    reason = {"phone": f"+86{PHONE}", "reason": "本人申请"}
    erased = post(town, "/intake/persons/erase", "leader", "m001", reason).json()
    assert erased == {"erased": True, "open_cases_told": 1, "parked_discarded": 1}
    assert not _openable(town, PHONE)
    assert _openable(town, OTHER)
    assert told(town, number) is None
    assert told(town, kept)["reporter"]["phone"] == OTHER
    assert post(town, "/intake/persons/search", "desk", "desk1", reason).json() == {"cases": []}
    assert until(lambda: town.rows("callback", "SELECT state, satisfaction FROM follow_ups WHERE state <> 'open'")) == [
        ("waived", "unrated")
    ]
    said = json.loads(town.rows("callback", "SELECT body FROM outbox WHERE routing_key LIKE '%%case_answered%%'")[0][0])
    assert (said["data"]["outcome"], said["sequence"]) == ("waived", 2)
    assert post(town, "/intake/persons/erase", "leader", "m001", reason).status_code == 404
    again = register(town, "3")  # who comes again is somebody new
    assert told(town, again)["reporter"]["phone"] == PHONE
    assert json.loads(town.admin("intake", "erase", "--phone", PHONE, "--reason", "本人申请"))["erased"]


def _plan_follow_up(town: TemporaryTown, number: str) -> None:
    case_id = town.rows("intake", "SELECT id::text FROM cases WHERE number = %s", number)[0][0]
    until(lambda: town.rows("callback", "SELECT 1 FROM cases WHERE id = %s", case_id))
    data = {"number": number, "order_id": new_id(), "round": 1, "version": 3, "checker_id": "c1", "member_id": "m1"}
    say(town, "dispatch.work_verified.v1", data, subject=number, correlationid=case_id, sequence=9)
    until(lambda: town.rows("callback", "SELECT 1 FROM follow_ups WHERE state = 'open'"))


def _openable(town: TemporaryTown, phone: str) -> bool:
    """Whether the whole ring, with every key that is left of any person, opens anything that names the phone."""
    ring = KeyRing(town.secrets.read("intake", "key_ring"))
    text, bodies = [], []
    for service in SERVICES:
        with town.database(service, owner=True) as connection, connection.cursor() as cursor:
            for (table,) in town.rows(service, TABLES, service):
                cursor.execute(f"SELECT t::text FROM {table} t")
                text += [row for (row,) in cursor.fetchall()]
            cursor.execute("SELECT id::text, body FROM parked")
            bodies += [(row_id, bytes(body)) for row_id, body in cursor.fetchall()]
    everything = "\n".join(text)
    records = set(UUID.findall(everything))
    persons = town.rows("intake", "SELECT id::text, wrapped_key FROM persons WHERE wrapped_key IS NOT NULL")
    keys = [ring, *(ring.data_key(wrapped, f"person:{person_id}") for person_id, wrapped in persons)]
    opened = [_open(key, sealed, records) for sealed in set(SEALED.findall(everything)) for key in keys]
    quarantine = Bodies(town.secrets.read("intake", "key_ring"))
    opened += [quarantine.open(body, row_id).decode(errors="replace") for row_id, body in bodies]
    return any(phone in re.sub(r"[\s-]", "", plain) for plain in [*opened, everything])


def _open(key: Any, sealed: str, records: set[str]) -> str:
    for record in records:
        for prefix in PREFIXES:
            for field in FIELDS:
                try:
                    return key.open(sealed, prefix + record, field)
                except SealError:
                    continue
    return ""


def test_keys_are_changed_and_what_was_kept_long_enough_is_forgotten(
    town: TemporaryTown, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, anonymous = register(town, "1"), register(town, "2", reporter={"name": "王小明"})
    file = tmp_path / "register.csv"
    file.write_text(REGISTER, encoding="utf-8")
    town.admin("intake", "import-register", str(file))
    for step in ("add", "use"):
        town.secrets.change_ring(step)
        town.of("intake")[0].restart()
        assert told(town, number)["reporter"]["phone"] == PHONE
    done = json.loads(town.admin("intake", "rotate-keys"))
    assert (done["persons"], done["households"]) == (2, 1)
    assert json.loads(town.admin("intake", "rotate-keys"))["persons"] == 0
    assert json.loads(town.admin("notify", "rotate-keys")) == {"parked": 0, "accounts": 0, "targets": 0}
    assert "k2" in town.secrets.change_ring("drop")
    assert list(json.loads(town.secrets.read("intake", "key_ring"))["keys"]) == ["k2"]
    town.of("intake")[0].restart()
    assert told(town, number)["reporter"]["phone"] == PHONE
    asked = {"reason": "核实", "by": "phone", "unmask": True}
    assert post(town, f"/intake/cases/{number}/register", "desk", "desk1", asked).json()["households"]
    assert register(town, "3") and len(town.rows("intake", "SELECT 1 FROM persons")) == 2  # found by the same index
    as_owner(town, "UPDATE cases SET state = 'closed', updated_at = now() - interval '4 year' WHERE external_id <> '3'")
    as_owner(town, "UPDATE reports SET received_at = now() - interval '4 year' WHERE external_id <> '3'")
    assert json.loads(town.admin("intake", "retention", "--dry-run")) == {"reports": 2, "persons": 1, "media": 0}
    assert told(town, number)
    monkeypatch.setenv("MEDIA_STORE", str(tmp_path))
    assert json.loads(town.admin("intake", "retention")) == {"reports": 2, "persons": 1, "media": 0}
    assert [told(town, forgotten) for forgotten in (number, anonymous)] == [None, None]
    assert town.rows("intake", "SELECT count(*) FROM persons WHERE erased_at IS NULL") == [(1,)]
    assert json.loads(town.admin("intake", "audit", "verify"))["rows"] > 0
