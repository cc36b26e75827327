"""Reporters whom nobody has reached get their link by text message; nobody else gets the link, or their number."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from deploy.provision.names import SERVICES
from deploy.provision.servers import Servers
from deploy.towns import files
from deploy.towns.small import write_small_town
from shared.messaging.envelope import new_id
from tests.integration.test_canary import TABLES
from tests.integration.test_intake_doors import GRID, post, say
from tests.support.autopilot import CALLER, Api
from tests.support.deliveries import LISTED, account
from tests.support.providers import Effect, Providers, providers
from tests.support.town import TemporaryTown
from tests.support.waiting import until

PUBLIC = "https://a-rather-long-name.of-a-town.example.gov.cn"
TEMPLATE = {"template": "title={title},text={text},link={url}"}
PHONES = iter(f"199{number:08d}" for number in range(70000001, 70000100))


class Line:
    """A town whose hotline passes no links on; `checked` plays everybody until the reporter is asked."""

    def __init__(self, town: TemporaryTown, world: Providers):
        self.town, self.world, self.api = town, world, Api(town)

    def checked(self, phone: str) -> str:
        """The number of a case that was handled and checked."""
        body = {"external_id": new_id(), "title": "路灯不亮", "kind": "complaint", "level": "P2"}
        body |= {"place": {"text": "第1网格", "lon": 118.405, "lat": 28.925}}
        body |= {"reporter": {"name": "毛某某", "phone": phone}}
        number: str = post(self.town, "/intake/reports", "source", "hotline", body).json()["number"]
        (row,) = self.town.rows("intake", "SELECT id::text FROM cases WHERE number = %s", number)
        until(lambda: self.town.rows("callback", "SELECT 1 FROM cases WHERE id = %s", row[0]))
        data = ORDER | {"number": number, "order_id": new_id()}
        for at, kind in enumerate(("work_assigned", "work_resolved", "work_verified"), start=1):
            say(self.town, f"dispatch.{kind}.v1", data, subject=number, correlationid=row[0], sequence=at)
        return number

    def linked(self, number: str) -> None:
        """Its reporter was not reached by telephone."""
        call = until(lambda: self.api.call_about(number), 60)
        path = f"/callback/calls/{call['call_id']}/not-reached"
        assert self.api.call("POST", "callback", path, "desk", CALLER, {"outcome": "wrong_number"}).ok
        said = "SELECT 1 FROM outbox WHERE routing_key LIKE 'callback.link_due%%' AND body::text LIKE %s"
        until(lambda: self.town.rows("callback", said, f"%{number}%"))

    def got(self, phone: str) -> list[Effect]:
        return [effect for effect in self.world.effects if effect.target == phone]

    def delivery(self, number: str) -> tuple[str, str] | None:
        """State and target of the text message about a case."""
        found = self.town.rows("notify", "SELECT state, target FROM channel_deliveries WHERE number = %s", number)
        assert len(found) <= 1
        return found[0] if found else None

    def audit(self, number: str) -> list[tuple[str, str]]:
        return self.town.rows("intake", "SELECT who, action FROM audit WHERE about = %s", number)


ORDER = {"round": 1, "version": 1, "member_id": "m001", "checker_id": "checker1", "note": "灯泡已换", "evidence": []}
ORDER |= {
    "title": "路灯不亮",
    "place_text": "第1网格",
    "level": "P2",
    "category": "0102",
    "grid_id": "g001",
    "unit": "g001",
}
ORDER |= {
    "ack_due_at": "2026-11-23T10:00:00+08:00",
    "due_at": "2026-11-30T10:00:00+08:00",
    "why": "x",
    "settled": False,
}


@pytest.fixture(scope="module")
def line(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    folder, logs = tmp_path_factory.mktemp("town"), tmp_path_factory.mktemp("logs")
    write_small_town(folder)
    document = files.read_yaml(folder / "sources.yaml")
    for source in document["sources"]:
        source["feedback"] = [wish for wish in source["feedback"] if wish != "ask"]
    files.write_yaml(folder / "sources.yaml", document, "Where reports come from.")
    with providers() as world, TemporaryTown(servers, folder, logs=logs) as town:
        set_account(town, world, logs)
        rules = files.read_yaml(folder / "rules" / "practice.yaml")
        rules["callback"] |= {"window": "1 day", "link": {"after": "1 day", "open": "14 day"}}
        rules["name"] = "patient"
        files.write_yaml(logs / "patient.yaml", rules, "As practice, but the link stays open.")
        town.admin("callback", "load-rules", str(logs / "patient.yaml"))
        grid = {"grid_id": "g001", "version": 1, "code": "1", "name": "g", "level": "grid", "area": 1.0}
        say(town, "dispatch.grid_changed.v1", grid | {"geometry": GRID})
        with town.database("notify") as connection, connection.cursor() as cursor:
            cursor.execute("INSERT INTO members VALUES ('m001', 1, 'm001', NULL, 'zh', true)")
        town.start("intake", "callback", "notify", "board", PUBLIC_URL=PUBLIC, WEBHOOK_NETWORKS=LISTED)
        yield Line(town, world)


def set_account(town: TemporaryTown, world: Providers, folder: Path, **changes: Any) -> None:
    sms = account("sms-one", "sms_aliyun", world, folder, way="sms")
    sms["settings"] |= TEMPLATE | changes
    file = folder / "channels.yaml"
    files.write_yaml(file, {"accounts": [sms]}, "Accounts.")
    town.admin("notify", "channels", "add", str(file))


def test_a_reporter_gets_the_link_and_answers_on_it(line: Line) -> None:
    phone = next(PHONES)
    number = line.checked(phone)
    line.linked(number)
    (effect,) = until(lambda: line.got(phone), 30)
    said = json.loads(effect.text)
    assert number in said["title"] and number in said["text"]
    assert "路灯" not in effect.text and "网格" not in effect.text
    path = said["link"].removeprefix(PUBLIC)
    page = requests.get(line.town.url("callback") + path, timeout=10)
    assert page.status_code == 200 and number in page.text
    assert line.audit(number) == [("intake", "unmask")]
    until(lambda: (line.delivery(number) or ("", ""))[0] in ("accepted", "delivered"))
    listed = json.dumps(line.api.get("notify", f"/notify/deliveries?number={number}"))
    assert number in listed and path.rpartition("/")[2] not in listed
    with line.town.database("notify") as connection, connection.cursor() as cursor:  # its receipt is asked for now
        cursor.execute("UPDATE channel_deliveries SET due = now() WHERE number = %s", (number,))
    _nowhere(line.town, phone)


def _nowhere(town: TemporaryTown, phone: str) -> None:
    """The number stands in the clear in no table, with the messages of its outbox and journal, and in no log."""
    for service in SERVICES:
        for (table,) in town.rows(service, TABLES, service):
            assert phone not in str(town.rows(service, f"SELECT t::text FROM {table} t")), f"{service}.{table}"
    assert town.rows("board", "SELECT data::text FROM journal WHERE type = 'intake.reporter_to_tell.v1'")
    assert not town.rows(
        "board", "SELECT 1 FROM journal WHERE type = 'intake.reporter_to_tell.v1' AND data::text LIKE '%%phone%%'"
    )
    for process in town.processes:
        assert phone not in process.log.read_text(errors="replace"), process.name


def test_what_waits_is_given_up_when_it_is_settled_or_its_reporter_erased(line: Line) -> None:
    """Nothing goes out meanwhile: the provider's account is switched off, so all of it waits."""
    with line.town.database("notify") as connection, connection.cursor() as cursor:
        cursor.execute("UPDATE channel_accounts SET blocked_until = now() + interval '1 hour'")
    settled, erased = next(PHONES), next(PHONES)
    numbers = {settled: line.checked(settled), erased: line.checked(erased)}
    for number in numbers.values():
        line.linked(number)
        state, target = until(lambda number=number: line.delivery(number), 30)
        assert state == "created" and target.startswith("k1.")
    body = {"phone": erased, "reason": "本人申请"}
    assert post(line.town, "/intake/persons/erase", "leader", "m001", body).json()["open_cases_told"] == 1
    told = {"solved": "yes", "satisfaction": "satisfied"}
    confirmed = post(line.town, f"/intake/cases/{numbers[settled]}/confirm", "desk", "desk1", told)
    assert confirmed.ok, confirmed.text
    for phone, number in numbers.items():
        until(lambda number=number: line.delivery(number) == ("superseded", ""), 30)
        assert not line.got(phone)
    with line.town.database("notify") as connection, connection.cursor() as cursor:
        cursor.execute("UPDATE channel_accounts SET blocked_until = NULL")


def test_nobody_is_reached_on_a_fixed_line_or_where_no_account_carries_links(line: Line, tmp_path: Path) -> None:
    unreachable = next(PHONES)
    set_account(line.town, line.world, tmp_path, template="title={title}")
    number, nobody = line.checked(unreachable), line.checked("0570-4012345")
    line.linked(number)
    line.linked(nobody)
    (process,) = line.town.of("notify")
    counted = 'wangge_deliveries_total{channel="none",outcome="no_way"} 1.0'
    until(lambda: counted in requests.get(f"http://{process.ops}/metrics", timeout=10).text, 30)
    assert line.delivery(number) is line.delivery(nobody) is None
    assert line.audit(number) == [("intake", "unmask")] and line.audit(nobody) == []
    assert "no text message to 1 reporters" in process.log.read_text(encoding="utf-8")
    assert not line.got(unreachable)
