"""Feedback to webhooks of every temper: signed, in order, again when it was missed, and never to an address inside."""

from __future__ import annotations

import json
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from deploy.provision.servers import Servers
from shared.http.webhooks import verify
from tests.support.sources import call, folder_with, town_with
from tests.support.town import TemporaryTown
from tests.support.waiting import until


class Receiver(ThreadingHTTPServer):
    """Keeps what it gets by path; answers as `answers` says for the path, each once, then 204."""

    def __init__(self, host: str) -> None:
        super().__init__((host, 0), _Handler)
        self.got: defaultdict[str, list[tuple[dict[str, str], bytes]]] = defaultdict(list)
        self.answers: dict[str, list[tuple[int, dict[str, str], float]]] = {}
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def url(self, path: str) -> str:
        return f"http://{self.server_address[0]}:{self.server_address[1]}{path}"

    def numbers(self, path: str) -> list[tuple[str, int]]:
        bodies = [json.loads(body)["data"] for _, body in self.got[path]]
        return [(body["external_id"], body["feedback_number"]) for body in bodies]


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        server: Any = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server.got[self.path].append(({name.lower(): value for name, value in self.headers.items()}, body))
        waiting = server.answers.get(self.path)
        status, headers, pause = waiting.pop(0) if waiting else (204, {}, 0.0)
        time.sleep(pause)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *of: Any) -> None:
        """Nothing."""


ANSWERED = "SELECT 1 FROM webhooks WHERE source = 'broken' AND answer LIKE %s"
PATHS = ("/good", "/slow", "/gone", "/elsewhere", "/broken")


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with Receiver("127.0.0.1") as receiver:
        receiver.answers = {
            "/slow": [(200, {}, 2.0)],
            "/gone": [(410, {}, 0.0)],
            "/elsewhere": [(302, {"Location": receiver.url("/inside")}, 0.0)],
            "/broken": [(500, {}, 0.0), (429, {"Retry-After": "1"}, 0.0)],
        }
        yield receiver
        receiver.shutdown()


@pytest.fixture(scope="module")
def inside() -> Iterator[Receiver]:
    """Not on the list: nobody may call it."""
    with Receiver("127.0.0.2") as receiver:
        yield receiver
        receiver.shutdown()


@pytest.fixture(scope="module")
def town(
    servers: Servers, small_town: Path, tmp_path_factory: pytest.TempPathFactory, receiver: Receiver, inside: Receiver
) -> Iterator[TemporaryTown]:
    hooks = {path[1:]: receiver.url(path) for path in PATHS} | {"inside": inside.url("/inside")}
    sources = {name: {"settings": {"webhook": {"url": url}}} for name, url in hooks.items()}
    folder = folder_with(small_town, tmp_path_factory.mktemp("hooks") / "town", sources)
    with town_with(servers, folder, "intake", "notify", WEBHOOK_NETWORKS="127.0.0.1/32") as town:
        until(lambda: town.rows("notify", "SELECT 1 FROM sources WHERE source = 'inside'"))
        yield town


def tell(town: TemporaryTown, source: str, external_id: str) -> str:
    body = {"external_id": external_id, "title": "x", "place": {"lon": 118.405, "lat": 28.925}}
    return call(town, "POST", "/intake/reports", "source", source, json=body).json()["number"]


def test_each_report_hears_in_order_and_signed(town: TemporaryTown, receiver: Receiver) -> None:
    secret = json.loads(town.admin("intake", "webhook-secret", "good", "--direction", "out"))["secret"]
    until(lambda: town.rows("notify", "SELECT 1 FROM sources WHERE source = 'good' AND webhook_secrets::text <> '[]'"))
    tell(town, "good", "g-1")
    until(lambda: ("g-1", 2) in receiver.numbers("/good"))  # received, and dispatched by the running dispatch
    assert [n for e, n in receiver.numbers("/good") if e == "g-1"][:2] == [1, 2]
    headers, body = receiver.got["/good"][0]
    assert verify([secret], headers, body) == json.loads(body)["id"]
    assert headers["content-type"] == "application/cloudevents+json"


def test_a_slow_one_holds_up_nobody(town: TemporaryTown, receiver: Receiver) -> None:
    tell(town, "slow", "s-1")
    tell(town, "good", "g-2")
    until(lambda: ("g-2", 1) in receiver.numbers("/good"))
    until(lambda: ("s-1", 2) in receiver.numbers("/slow"))


def test_what_fails_is_tried_again_in_order(town: TemporaryTown, receiver: Receiver) -> None:
    tell(town, "broken", "f-1")
    with town.database("notify") as connection, connection.cursor() as cursor:
        for answer in ("500%", "429%"):  # nobody waits for ten seconds and a minute here
            until(lambda answer=answer: town.rows("notify", ANSWERED, answer))
            cursor.execute("UPDATE webhooks SET due = now() WHERE source = 'broken'")
    until(lambda: ("f-1", 2) in receiver.numbers("/broken"))
    assert [number for _, number in receiver.numbers("/broken")][:4] == [1, 1, 1, 2]
    ids = {json.loads(body)["id"] for _, body in receiver.got["/broken"][:3]}
    assert len(ids) == 1, "the same webhook keeps its id"


def test_one_that_is_gone_is_left_alone_and_its_queue_has_all(town: TemporaryTown, receiver: Receiver) -> None:
    tell(town, "gone", "x-1")
    until(lambda: town.rows("notify", "SELECT 1 FROM sources WHERE source = 'gone' AND stopped"))
    until(lambda: town.queues()["feedback.gone"] >= 2)
    assert len(receiver.got["/gone"]) == 1
    assert not town.rows("notify", "SELECT 1 FROM webhooks WHERE source = 'gone'")


def test_nobody_is_followed_elsewhere(town: TemporaryTown, receiver: Receiver) -> None:
    tell(town, "elsewhere", "e-1")
    until(lambda: town.rows("notify", "SELECT 1 FROM webhooks WHERE source = 'elsewhere' AND answer LIKE '302%%'"))
    assert not receiver.got["/inside"]


def test_an_address_inside_is_never_called(town: TemporaryTown, inside: Receiver) -> None:
    tell(town, "inside", "i-1")
    found = until(lambda: town.rows("notify", "SELECT answer FROM webhooks WHERE source = 'inside' AND answer <> ''"))
    assert "not public" in found[0][0]
    assert not inside.got


def test_what_was_missed_is_said_again_with_its_id_and_number(town: TemporaryTown, receiver: Receiver) -> None:
    tell(town, "good", "g-3")
    until(lambda: ("g-3", 2) in receiver.numbers("/good"))
    before = [json.loads(body) for _, body in receiver.got["/good"] if json.loads(body)["data"]["external_id"] == "g-3"]
    believed = {"believed": [{"external_id": "g-3", "feedback_number": 0}], "resend": True}
    answer = call(town, "POST", "/intake/sources/good/reconciliation", "desk", "desk1", json=believed)
    assert answer.json()["differences"][0]["verdict"] == "behind"
    until(lambda: receiver.numbers("/good").count(("g-3", 2)) == 2)
    after = [json.loads(body) for _, body in receiver.got["/good"] if json.loads(body)["data"]["external_id"] == "g-3"]
    assert [event["id"] for event in after] == [event["id"] for event in before] * 2


def test_the_command_tells_and_resends_what_a_queue_has_lost(town: TemporaryTown, tmp_path: Path) -> None:
    tell(town, "hotline", "q-1")
    until(lambda: town.queues()["feedback.hotline"] >= 2)
    with town.broker() as connection:
        connection.channel().queue_purge("feedback.hotline")
    file = tmp_path / "believed.csv"
    file.write_text("external_id,feedback_number,state\nq-1,1,\nq-2,,closed\n")
    lines = town.admin("intake", "reconcile", "hotline", "--believed", str(file)).splitlines()
    told = [json.loads(line) for line in lines]
    assert [row["verdict"] for row in told[1:]] == ["behind", "unknown"]
    assert (told[0]["behind"], told[0]["resent"]) == (1, False)
    town.admin("intake", "reconcile", "hotline", "--believed", str(file), "--resend")
    until(lambda: town.queues()["feedback.hotline"] >= 1)
    with pytest.raises(Exception, match="never acknowledged"):
        town.admin("intake", "reconcile", "hotline", "--resend")
