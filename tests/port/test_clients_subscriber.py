"""Subscriber against a real broker: each event acknowledged after the caller is done; what is gone is told."""

import json
import pathlib
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest
from wangge_client import Cut, Event, NotPermitted, NotThere, Subscriber, Unreachable, WrongPassword
from wangge_client.subscriber import __main__ as commands
from wangge_client.subscriber import catch_up

from tests.port.small_town import Broker, until

ROOT = pathlib.Path(__file__).parents[2]


def county(broker: Broker, **options) -> Subscriber:
    return Subscriber(broker.url("testtown-county"), **options)


def positions(subscriber: Subscriber, **options) -> list[int]:
    return [event.position for event in subscriber.events(**({"timeout": 1.5} | options))]


class Edge(BaseHTTPRequestHandler):
    """The town's HTTP side: positions 1 to 9, of which it has kept those from 3 on; four a page."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        Edge.asked.append(self.path)
        after = int(parse_qs(urlsplit(self.path).query)["after"][0])
        if self.headers["Authorization"] != "Bearer good":
            self._answer(403, {"detail": "no"})
            return
        found = [position for position in range(3, 10) if position > after][:4]
        page = {"events": [event_of(position) for position in found], "next": found[-1] if found else max(after, 9)}
        self._answer(200, page | {"cut": {"from": after + 1, "to": 2} if after < 2 else None})

    def _answer(self, status: int, body: dict) -> None:
        said = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        pass


def event_of(position: int) -> dict:
    data = {"position": position, "transition": "work_assigned", "number": f"C-{position}"}
    return {"id": f"f-{position}", "type": "feed.work_assigned.v1", "data": data}


@pytest.fixture
def edge() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Edge) as server:
        Edge.asked.clear()
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_events_come_in_order_and_are_acknowledged_one_after_the_other(broker, town) -> None:
    for position in (1, 2, 3):
        town.happened(position)
    with county(broker) as subscriber:
        heard = subscriber.events(timeout=5)
        first = next(heard)
        assert first == Event("f-1", 1, "work_assigned", "C-1", first.data) and first.data["area"] == ["t1"]
        assert next(heard).position == 2
    with county(broker) as subscriber:  # 2 was told, and nobody came back for the next one
        assert positions(subscriber) == [2, 3]
    until(lambda: town.depth("feed.county") == 0)


def test_a_loop_that_was_left_begins_with_the_same_event(broker, town) -> None:
    town.happened(1)
    town.happened(2)
    with county(broker) as subscriber:
        for _ in subscriber.events(timeout=5):
            break
        assert positions(subscriber) == [1, 2]


def test_the_connection_comes_back_and_nothing_is_told_twice(broker, town) -> None:
    town.happened(1)
    town.happened(2)
    with county(broker) as subscriber:
        heard = subscriber.events(timeout=30)
        assert next(heard).position == 1
        broker.restart()
        town.reconnect()
        town.happened(3)
        assert [next(heard).position, next(heard).position] == [2, 3]
        assert positions(subscriber) == [3]
    assert town.depth("feed.county") == 0


def test_what_the_bound_has_cut_is_told(broker, town) -> None:
    cuts: list[Cut] = []
    for position in (1, 2, 3, 4, 5):
        town.happened(position)
    with county(broker, on_cut=cuts.append) as subscriber:
        assert positions(subscriber) == [3, 4, 5]
    assert cuts == [Cut(None, 2, "maxlen")]
    assert town.depth("feed.county.cut") == town.depth("feed.county") == 0


def test_what_comes_back_and_is_cut_hides_nothing_that_was_cut_before(broker, town) -> None:
    """There is room for three: two that nobody acknowledged come back first, and go first."""
    cuts: list[Cut] = []
    town.happened(1)
    town.happened(2)
    with county(broker, prefetch=2) as subscriber:
        assert next(subscriber.events(timeout=5)).position == 1
        for position in range(3, 10):
            town.happened(position)
    with county(broker, on_cut=cuts.append) as subscriber:
        assert positions(subscriber) == [7, 8, 9]
    assert cuts == [Cut(None, 6, "maxlen")]


def test_what_the_bound_has_cut_is_asked_for(broker, town, edge) -> None:
    cuts: list[Cut] = []
    with county(
        broker, prefetch=1, on_cut=cuts.append, catch_up=lambda after: catch_up(edge, "good", after)
    ) as subscriber:
        town.happened(3)
        heard = subscriber.events(timeout=3)
        assert next(heard).position == 3
        for position in (4, 5, 6, 7, 8, 9):  # more than the queue holds
            town.happened(position)
        assert sorted(event.position for event in heard) == [4, 5, 6, 7, 8, 9]
    assert cuts == [] and Edge.asked[0].startswith("/notify/feed?after=3&")


def test_it_begins_with_what_was_said_since(broker, town, edge) -> None:
    cuts: list[Cut] = []
    town.happened(9)
    town.happened(10)
    with county(broker, on_cut=cuts.append, catch_up=lambda after: catch_up(edge, "good", after)) as subscriber:
        assert positions(subscriber, after=0) == [3, 4, 5, 6, 7, 8, 9, 10]
    assert cuts == [Cut(1, 2, "kept")]


def test_trouble_with_the_towns_http_side_says_what_to_do(edge) -> None:
    with pytest.raises(NotPermitted, match="role subscriber"):
        list(catch_up(edge, "bad", 0))
    with pytest.raises(Unreachable, match="check the address"):
        list(catch_up("http://127.0.0.1:9", "good", 0))


def test_what_is_no_event_is_passed_over(broker, town, caplog) -> None:
    town.channel.basic_publish("feed", "a.b.c", b"not even JSON")
    town.happened(2)
    with county(broker) as subscriber:
        assert positions(subscriber) == [2]
    assert "is dropped" in caplog.text
    assert town.depth("feed.county") == 0


def test_what_waiting_cannot_help_is_raised(broker) -> None:
    with Subscriber(broker.url("testtown-county", "wrong")) as subscriber, pytest.raises(WrongPassword):
        list(subscriber.events(timeout=20))
    with county(broker, name="elsewhere") as subscriber, pytest.raises((NotPermitted, NotThere)):
        subscriber.ready(20)


def test_the_command_line_prints_a_line_for_each(broker, town, edge, capfd, monkeypatch) -> None:
    monkeypatch.setenv("WANGGE_TOKEN", "good")
    town.happened(10)
    url = ["--url", broker.url("testtown-county"), "--seconds", "1.5"]
    assert commands.main([*url, "--edge", edge, "--after", "7"]) == 0
    said = capfd.readouterr()
    assert [json.loads(line)["position"] for line in said.out.splitlines()] == [8, 9, 10]
    assert commands.main([*url, "--after", "7"]) == 1
    assert "--edge" in capfd.readouterr().err


def test_it_runs_as_a_module() -> None:
    command = [sys.executable, "-m", "wangge_client.subscriber", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT / "clients" / "python")
    assert done.returncode == 0 and "--after" in done.stdout
