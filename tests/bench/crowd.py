"""Thousands of subscribers in one process, by one way: each with its own connection, noting when it hears what.

python -m tests.bench.crowd sse|mqtt|amqp < targets.json     # the first line a list; then `count`, `deaf` or `end`

It says `ready` when all are connected, on `count` how much they have heard, and on `end` what. After `deaf` nobody
reads what comes any more; the connections stay.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import datetime as dt
import os
import subprocess
import sys
import time
from array import array
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from deploy.local.checkout import ROOT
from shared.messaging.connection import dial
from tests.support.mqtt_wire import Handset, Login
from tests.support.sse_wire import Door, Stream

AT_ONCE = 50  # connections that are made at the same time
PREFETCH = 100  # messages that a queue's reader has not acknowledged yet


@dataclass
class Heard:
    """One row for each event that came to somebody. `who`: its place among the targets; `at`: the clock when it came;
    `took`: seconds since it happened, `said`: since notify recorded it; `position`: in the feed."""

    who: array[int] = field(default_factory=lambda: array("i"))
    at: array[float] = field(default_factory=lambda: array("d"))
    took: array[float] = field(default_factory=lambda: array("d"))
    said: array[float] = field(default_factory=lambda: array("d"))
    position: array[int] = field(default_factory=lambda: array("q"))
    lost: int = 0  # connections that ended

    def note(self, who: int, body: bytes) -> None:
        """A message, which may hold several events."""
        now, read = time.time(), orjson.loads(body)
        for event in read if isinstance(read, list) else (read,):
            self.who.append(who)
            self.at.append(now)
            self.took.append(now - _clock(event["data"]["at"]))
            self.said.append(now - _clock(event["time"]))
            self.position.append(event["data"]["position"])

    def encode(self) -> bytes:
        columns = {name: column.tolist() for name, column in vars(self).items() if name != "lost"}
        return orjson.dumps(columns | {"lost": self.lost})


def _clock(text: str) -> float:
    return dt.datetime.fromisoformat(text).timestamp()


class Crowd:
    """All subscribers of this process."""

    def __init__(self, way: str):
        self._connect: Callable[[int, list[Any]], Awaitable[None]] = getattr(self, f"_{way}")
        self.heard, self._stops = Heard(), list[Callable[[], object]]()
        self._room = asyncio.Semaphore(AT_ONCE)

    async def come(self, targets: list[list[Any]]) -> None:
        """Everybody is connected. Raises OSError."""
        await asyncio.gather(*(self._come(who, target) for who, target in enumerate(targets)))

    def stop_reading(self) -> None:
        for stop in self._stops:
            stop()

    async def _come(self, who: int, target: list[Any]) -> None:
        async with self._room:
            await self._connect(who, target)

    async def _sse(self, who: int, target: list[Any]) -> None:
        door = Door(*target)
        await self._protocol(door.address, lambda: Stream(door, lambda kind, data: self._of_stream(who, kind, data)))

    def _of_stream(self, who: int, kind: str, data: bytes) -> None:
        if not kind:
            self.heard.note(who, data)

    async def _mqtt(self, who: int, target: list[Any]) -> None:
        login = Login(*target)
        note = self.heard.note
        await self._protocol(f"127.0.0.1:{login.port}", lambda: Handset(login, lambda topic, body: note(who, body)))

    async def _protocol(self, address: str, make: Callable[[], Stream | Handset]) -> None:
        host, _, port = address.rpartition(":")
        _, made = await asyncio.get_running_loop().create_connection(make, host, int(port))
        await made.ready
        made.gone.add_done_callback(lambda _: self._gone())
        self._stops.append(made.stop_reading)

    def _gone(self) -> None:
        self.heard.lost += 1

    async def _amqp(self, who: int, target: list[Any]) -> None:
        uri, queue = target
        connection = await asyncio.to_thread(dial, uri, 0)
        channel = connection.channel()
        channel.basic_qos(0, PREFETCH, False)

        def read(message: Any) -> None:
            self.heard.note(who, message.body if isinstance(message.body, bytes) else message.body.encode())
            channel.basic_ack(message.delivery_tag)

        channel.basic_consume(queue, callback=read)
        loop, number = asyncio.get_running_loop(), connection.sock.fileno()
        loop.add_reader(number, _drain, connection)
        self._stops.append(lambda: loop.remove_reader(number))


def _drain(connection: Any) -> None:
    with contextlib.suppress(TimeoutError):
        while True:
            connection.drain_events(timeout=0.0001)


async def _run(way: str) -> bytes:
    reader = asyncio.StreamReader(limit=2**26)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    crowd = Crowd(way)
    await crowd.come(orjson.loads(await reader.readline()))
    print("ready", flush=True)
    while (line := await reader.readline()) not in (b"end\n", b""):
        if line == b"deaf\n":
            crowd.stop_reading()
        print(len(crowd.heard.who), flush=True)
    return crowd.heard.encode()


class Listeners:
    """A crowd in a process of its own."""

    def __init__(self, way: str, targets: list[Any]):
        self.way, self.count = way, len(targets)
        command = [sys.executable, "-m", "tests.bench.crowd", way]
        path = {"PYTHONPATH": f"{ROOT}:{ROOT / 'clients' / 'python'}"}
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | path, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._process.stdin
        self._process.stdin.write(orjson.dumps(targets) + b"\n")
        self._process.stdin.flush()

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_ready(self) -> None:
        """Raises AssertionError when they have not all come."""
        assert self._process.stdout
        assert self._process.stdout.readline() == b"ready\n", f"the subscribers by {self.way} did not connect"

    def heard(self) -> int:
        """How many events have come until now."""
        return self._ask(b"count\n")

    def stop_reading(self) -> None:
        """Nobody reads what comes any more; they stay connected."""
        self._ask(b"deaf\n")

    def _ask(self, what: bytes) -> int:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(what)
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def end(self) -> dict[str, Any]:
        """What they have heard, as columns; nobody is connected any more."""
        out, _ = self._process.communicate(b"end\n", timeout=120)
        return dict(orjson.loads(out))

    def kill(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()


@contextlib.contextmanager
def crowds(targets: dict[str, list[Any]]) -> Iterator[dict[str, Listeners]]:
    """A process for each way; all are connected inside the block."""
    listeners: dict[str, Listeners] = {}
    try:
        for way, some in targets.items():
            listeners[way] = Listeners(way, some)
        for one in listeners.values():
            one.wait_ready()
        yield listeners
    finally:
        for one in listeners.values():
            one.kill()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("way", choices=("sse", "mqtt", "amqp"))
    wanted = parser.parse_args()
    sys.stdout.buffer.write(asyncio.run(_run(wanted.way)))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
