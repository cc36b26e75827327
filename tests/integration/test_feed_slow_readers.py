"""Subscribers who stop reading, by stream, by MQTT and from a queue: everybody else hears everything meanwhile, what
waits for them is bounded, and when they come back they are told what they have missed for good."""

from __future__ import annotations

import functools
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests
from wangge_client import Cut, Subscriber

from deploy.provision.names import vhost_of
from deploy.provision.servers import Management, Servers, part
from tests.bench.audience import AMQP, MQTT, SSE, Audience
from tests.bench.audience import Subscriber as Outside
from tests.bench.clients import percentile
from tests.bench.crowd import Listeners, crowds
from tests.bench.machine import memory
from tests.support.happenings import Happenings, listening, settle
from tests.support.town import TemporaryTown
from tests.support.waiting import until

WAYS = (SSE, MQTT, AMQP)
BEFORE, AFTER, CASES = 500, 9_000, 100  # events before and while somebody does not read; cases to which they happen
# (so many, because the system keeps some megabytes for a connection that nobody reads)
AT_ONCE = 500  # of them, as fast as everybody else follows
BOUND, PREFETCH = 200, 10  # of the queue of the one who does not read
GROWN = 40.0  # MiB that notify may take for them: a seat of a thousand events, and its page of the feed
LATER = 5.0  # seconds that everybody else may hear later than before, on a busy machine


class World:
    def __init__(self, town: TemporaryTown, happen: Happenings, outside: Audience, quick: dict[str, Listeners]):
        self.town, self.happen, self.outside, self.quick = town, happen, outside, quick
        self.api, self.vhost = Management(town.servers.amqp_admin_url), part(vhost_of(town.name))
        self.targets = {way: some[-1] for way, some in outside.targets().items()}  # of those who do not read
        self.numbers = [f"20261130-{number:06}" for number in range(CASES)]

    def last(self) -> int:
        return int(self.town.rows("notify", "SELECT last FROM feed_positions")[0][0])

    def go_on(self, count: int) -> None:
        """So many events more, as fast as everybody who reads has heard them."""
        for _ in range(0, count, AT_ONCE):
            wanted = self.last() + AT_ONCE
            for _ in range(AT_ONCE // CASES):
                self.happen.work("progressed", *self.numbers)
            until(functools.partial(self._heard, wanted), 60)

    def _heard(self, wanted: int) -> bool:
        return self.last() == wanted and all(one.heard() >= wanted for one in self.quick.values())

    def waits(self, queue: str) -> int:
        return self.town.queues()[queue]


@pytest.fixture
def world(servers: Servers, small_town: Path, tmp_path: Path) -> Iterator[World]:
    with ExitStack() as stack:
        town = stack.enter_context(TemporaryTown(servers, small_town, services=("notify",), logs=tmp_path))
        settle(town)
        town.start("notify")
        names = [Outside(f"{who}-{way}0000", way, None, None) for who in ("quick", "slow") for way in WAYS]
        outside = Audience(town, names)
        quick = stack.enter_context(crowds({way: some[:1] for way, some in outside.targets().items()}))
        happen = Happenings(town)
        stack.callback(happen.close)
        world = World(town, happen, outside, quick)
        for number in world.numbers:
            happen.case(number)
        until(lambda: world.last() == CASES)
        yield world


@pytest.mark.timeout(900)
def test_who_stops_reading_harms_nobody_and_is_told(world: World) -> None:
    world.go_on(BEFORE)
    began, heap = world.last(), memory(world.town.of("notify")[0].pid)
    world.api.put(
        f"policies/{world.vhost}/short",
        {"pattern": "^feed.slow-amqp0000$", "apply-to": "queues", "definition": {"max-length": BOUND}},
    )
    with crowds({MQTT: [world.targets[MQTT]]}) as slow, world.town.broker() as connection:
        slow[MQTT].stop_reading()
        stream = _stream_that_nobody_reads(*world.targets[SSE])
        channel = connection.channel()
        channel.basic_qos(prefetch_count=PREFETCH)
        channel.basic_consume("feed.slow-amqp0000", lambda *_: None)  # what comes is never acknowledged
        world.go_on(AFTER)  # everybody who reads has heard all of it, while the others are still there
        assert memory(world.town.of("notify")[0].pid) - heap < GROWN
        assert world.waits("feed.slow-amqp0000") <= BOUND + PREFETCH
        (session,) = [name for name in world.town.queues() if "slow-mqtt" in name]
        assert world.waits(session) <= 1_000 + PREFETCH, "the policy on the queues of MQTT clients bounds it"
        ops = requests.get(f"http://{world.town.of('notify')[0].ops}/metrics", timeout=10).text
        assert 'wangge_http_listeners_lost_total{stream="feed"} 1.0' in ops, "its seat is given up"
        heard = _read_on_to_the_end(stream)
        assert began < heard < world.last(), "it gets what was on the way, then the stream ends"
    _told_when_it_is_back(world, heard, began)
    _nobody_else_has_waited({way: one.end() for way, one in world.quick.items()}, began)


def _stream_that_nobody_reads(address: str, path: str, token: str) -> socket.socket:
    """With a small window, so that it is full soon."""
    host, _, port = address.rpartition(":")
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    made.connect((host, int(port)))
    made.sendall(f"GET {path} HTTP/1.0\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
    assert made.recv(15, socket.MSG_PEEK).split()[1] == b"200"
    return made


def _read_on_to_the_end(stream: socket.socket) -> int:
    """The number of the last event that it had been sent. Raises TimeoutError when the stream does not end."""
    stream.settimeout(40)
    text = b""
    while piece := stream.recv(65_536):
        text += piece
    numbers = [int(line[4:]) for line in text.rpartition(b"\n\n")[0].split(b"\n") if line.startswith(b"id: ")]
    stream.close()
    return numbers[-1]


def _told_when_it_is_back(world: World, heard: int, began: int) -> None:
    """By stream: the newest thousand and what is cut. From its queue: the newest, and up to where something is missing.
    By MQTT: what the broker has kept; the rest it asks for, as everybody may."""
    last = world.last()
    address, path, token = world.targets[SSE]
    with listening(f"http://{address}{path}", token, heard) as again:
        until(lambda: len(again.events) >= min(1_000, last - heard))
    positions = [event["data"]["position"] for event in again.events]
    cut = dict(again.others).get("cut", {"from": heard + 1, "to": heard})
    assert cut["from"] == heard + 1 and positions == list(range(cut["to"] + 1, last + 1))
    cuts: list[Cut] = []
    with Subscriber(world.targets[AMQP][0], on_cut=cuts.append) as subscriber:
        kept = [event.position for event in subscriber.events(timeout=5)]
    assert kept[-1] == last and len(kept) <= BOUND + PREFETCH
    fresh = kept[len(kept) - BOUND :]  # before them perhaps what came back without an acknowledgement
    assert fresh == list(range(last - BOUND + 1, last + 1)) and [cut.last for cut in cuts] == [last - BOUND]
    _, _, token = world.outside.targets()[SSE][1]
    page = requests.get(
        f"{world.town.url('notify')}/notify/feed?after={began}&limit=500",
        headers={"Authorization": f"Bearer {token}"},
        timeout=30,
    ).json()
    assert page["cut"] is None and page["events"][0]["data"]["position"] == began + 1


def _nobody_else_has_waited(heard: dict[str, dict[str, Any]], began: int) -> None:
    for way, columns in heard.items():
        assert columns["lost"] == 0, way
        assert sorted(set(columns["position"])) == list(range(1, max(columns["position"]) + 1)), way
        found = list(zip(columns["position"], columns["said"], strict=True))
        before, beside = ([s for p, s in found if p <= began], [s for p, s in found if p > began])
        assert percentile(beside, 0.99) < percentile(before, 0.99) + LATER, way
