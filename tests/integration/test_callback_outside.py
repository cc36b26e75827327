"""One matter that three platforms have reported, each in its own language: each hears what the answer has come
to in its own words, under its own number, in order and once; and what is not fixed reaches the handler."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.provision.servers import Servers
from deploy.towns import files
from deploy.towns.small import write_small_town
from services.intake import adapters
from tests.integration.test_callback_line import Line
from tests.support.town import TemporaryTown
from tests.support.waiting import until

EXAMPLES = Path(adapters.__file__).parent / "examples"
SOURCES = ("hotline", "open311", "chat")
NAMES = {"hotline": "orderNo", "open311": "external_id", "chat": "msgid"}  # under which a platform knows its report


class Outside(Line):
    """What platforms send and hear."""

    def __init__(self, town: TemporaryTown):
        super().__init__(town)
        self._came: dict[str, list[dict[str, Any]]] = {source: [] for source in SOURCES}

    def reports(self, source: str) -> tuple[str, str]:
        """The example of a platform's own report: the platform's number, and ours."""
        body = json.loads((EXAMPLES / f"{source}.json").read_text(encoding="utf-8"))
        answer = self.api.call("POST", "intake", "/intake/reports", "source", source, body)
        assert answer.status_code == 201, answer.text
        return body[NAMES[source]], answer.json()["number"]

    def merges(self, number: str, into: str) -> None:
        body = {"into": into, "reason": "同一事项"}
        assert self.api.call("POST", "intake", f"/intake/cases/{number}/merge", "desk", "desk1", body).ok

    def heard(self, source: str, external_id: str) -> list[dict[str, Any]]:
        """All that has come to a platform about its report, in the order in which it came."""
        with self.town.broker("sources", source) as connection:
            channel = connection.channel()
            while (got := channel.basic_get(f"feedback.{source}", auto_ack=True))[0] is not None:
                self._came[source].append(json.loads(got[2]))
        return [event for event in self._came[source] if event["data"]["external_id"] == external_id]

    def all_about(self, source: str, external_id: str) -> list[dict[str, Any]]:
        """The same, once the matter has ended."""
        until(lambda: [one for one in self.heard(source, external_id) if one["data"].get("state") == "closed"])
        return self.heard(source, external_id)


@pytest.fixture(scope="module")
def outside(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    folder = tmp_path_factory.mktemp("outside-town")
    write_small_town(folder)
    sample = files.read_yaml(files.SAMPLE / "sources.yaml")["sources"]
    chosen = [source | {"auto_accept": True} for source in sample if source["name"] in (*SOURCES, "patrol")]
    files.write_yaml(folder / "sources.yaml", {"sources": chosen}, "Each in its own language.")
    with TemporaryTown(servers, folder, logs=tmp_path_factory.mktemp("logs")) as town:
        town.start("intake", "dispatch", "callback", "notify")
        yield Outside(town)


def test_every_platform_hears_the_answer_in_its_own_words_in_order_and_once(outside: Outside) -> None:
    known = {source: outside.reports(source) for source in SOURCES}
    number = known["hotline"][1]
    for source in ("open311", "chat"):
        outside.merges(known[source][1], number)
    outside.does(number)
    outside.answered(number, solved="no", satisfaction="dissatisfied", text="垃圾还在")
    order = until(lambda: outside.order(number, "dispatched", 2))
    assert "垃圾还在" in str(outside.api.get("dispatch", f"/dispatch/orders/{order['order_id']}"))
    assert any("垃圾还在" in text for text in until(lambda: outside.noticed(number, 2)))
    outside.does(number, 2)
    outside.answered(number, 2, solved="yes", satisfaction="mostly_satisfied", text="清了")
    for source, (external_id, own) in known.items():
        said = outside.all_about(source, external_id)
        assert [one["data"]["feedback_number"] for one in said] == list(range(1, len(said) + 1))
        assert len({one["id"] for one in said}) == len(said)
        assert {one["data"]["number"] for one in said} == {own}
        _check(source, external_id, own, [one["data"]["update"] for one in said])


def _check(source: str, external_id: str, own: str, updates: list[dict[str, Any]]) -> None:
    """The last words of each platform's own shape, and that each has heard that it was done once more."""
    last = updates[-1]
    if source == "hotline":
        assert [one["handleStatus"] for one in updates].count("重办中") == 1
        assert (last["orderNo"], last["townNo"], last["handleStatus"]) == (external_id, own, "已办结")
        assert (last["isSolved"], last["satisfaction"]) == ("是", "基本满意")
        assert {"dispatched", "resolved", "closed"} <= last["times"].keys()
    elif source == "open311":
        assert [one["status"] for one in updates].count("REOPEN") == 1
        assert (last["service_request_id"], last["status"]) == (own, "FIXED")
    else:
        assert last["text"]["content"].startswith("【已结案】")
        assert (last["quote"], last["roomid"]) == (external_id, "wr-qiuchuan-01")
