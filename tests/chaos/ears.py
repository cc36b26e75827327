"""Outside systems and phones that hear what happens, come and go: by stream, by MQTT and from a queue of their own.

Each remembers in which order what came to it, and what it was told to be cut. All run in threads of their own; where
somebody connects to is decided by seed.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import random
import threading
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from wangge_client import BrokerTrouble, Cut, Subscriber

from services.notify.messages import TRANSITIONS
from tests.bench.audience import AMQP, MQTT, SSE, Audience
from tests.bench.audience import Subscriber as Outside
from tests.chaos.checker import Ear, Fed
from tests.chaos.checker.hearing import out_of_order
from tests.chaos.servers.processes import wait_until
from tests.chaos.world import World
from tests.support.mqtt_wire import Handset, Login
from tests.support.sse_wire import Door, Stream

CONNECT, AGAIN = 10.0, 0.3  # seconds: for a connection, between two tries
FED = "SELECT position, event_id, number, transition, area FROM feed WHERE position > %s ORDER BY position"
LAST = "SELECT last FROM feed_positions"
SAID = (
    """SELECT event_id FROM journal WHERE type = ANY(%s) AND subject = ANY(%s) AND type <> 'intake.case_submitted.v1'"""
)
logging.getLogger("wangge_client").setLevel(logging.CRITICAL)  # connections break here all the time
GONE = (OSError, ConnectionError, TimeoutError, asyncio.TimeoutError)


class Ears:
    """Everybody is connected, and has subscribed, when this is made; `since`: what comes after it must be heard."""

    patience = 60.0  # a client waits for some time between two tries

    def __init__(self, world: World, outside: Sequence[Outside]):
        self._world = world
        self._audience = Audience(world.town, outside)
        targets = self._audience.targets()
        self._targets = {
            one.name: target
            for way, some in targets.items()
            for one, target in zip(self._audience.of(way), some, strict=True)
        }
        self._chance = random.Random(world.random.random())
        self._ears = {one.name: Ear(one.name, one.way, one.area, one.transition) for one in outside}
        self._present = {name: threading.Event() for name in self._ears}
        self._connected = {name: threading.Event() for name in self._ears}
        self._ending = threading.Event()
        self._threads = [threading.Thread(target=self._live, args=(ear,), daemon=True) for ear in self._ears.values()]
        for thread in self._threads:
            thread.start()
        self.come(*self._ears)
        wait_until(lambda: all(one.is_set() for one in self._connected.values()), 60, "subscribers are connected")
        self.since = int(world.town.rows("notify", LAST)[0][0])

    @property
    def names(self) -> list[str]:
        return sorted(self._ears)

    def come(self, *names: str) -> None:
        for name in names:
            self._present[name].set()

    def leave(self, *names: str) -> None:
        """As when their power fails."""
        for name in names:
            self._present[name].clear()
            self._world.history.note("left", subscriber=name)

    # what the world asks of its guests

    def settle(self) -> None:
        """All is well again: everybody is there."""
        self.come(*self._ears)

    def seen(self) -> dict[str, Any]:
        """For the checker."""
        rows = self._world.town.rows
        fed = [Fed(*row[:4], tuple(row[4])) for row in rows("notify", FED, self.since)]
        begun = [one.number for one in fed if one.transition == "case_registered"]
        happened = {row[0] for row in rows("board", SAID, [message.TYPE for message in TRANSITIONS], begun)}
        late = {ear.name: n for ear in self._ears.values() if (n := len(list(out_of_order(ear.copy()))))}
        self._world.note("heard", events=sum(len(ear.heard) for ear in self._ears.values()), out_of_order=late)
        return {"fed": fed, "happened": happened, "ears": [ear.copy() for ear in self._ears.values()]}

    def stop(self) -> None:
        self._ending.set()
        for thread in self._threads:
            thread.join(30)

    # each in its thread

    def _live(self, ear: Ear) -> None:
        target = self._targets[ear.name]
        once: dict[str, Callable[[Ear, Any], None]] = {SSE: self._stream, MQTT: self._phone, AMQP: self._queue}
        while not self._ending.is_set():
            if not self._present[ear.name].wait(0.2):
                continue
            with contextlib.suppress(*GONE, PermissionError):  # whoever asks a process that just starts is refused
                once[ear.way](ear, target)
            self._ending.wait(AGAIN)

    def _here(self, ear: Ear) -> bool:
        return self._present[ear.name].is_set() and not self._ending.is_set()

    def _stream(self, ear: Ear, target: list[Any]) -> None:
        """By whatever replica, after what it has heard last."""
        replica = self._chance.choice(self._world.town.of("notify"))
        door = Door(replica.http, target[1], target[2], ear.last)

        def heard(kind: str, data: bytes) -> None:
            said = json.loads(data)
            if kind == "cut":
                ear.cut(said["from"], said["to"])
            else:
                ear.hear(said["data"])

        asyncio.run(self._held(ear, door.address, lambda: Stream(door, heard)))

    def _phone(self, ear: Ear, target: list[Any]) -> None:
        """With a session that the broker keeps."""
        login = Login(*target)
        make = lambda: Handset(login, lambda _, body: ear.hear_message(body), clean=False)  # noqa: E731
        asyncio.run(self._held(ear, f"127.0.0.1:{login.port}", make))

    async def _held(self, ear: Ear, address: str, make: Callable[[], Stream | Handset]) -> None:
        """Connected until it ends or the subscriber leaves."""
        host, _, port = address.rpartition(":")
        loop = asyncio.get_running_loop()
        _, made = await self._soon(loop.create_connection(make, host, int(port)))
        try:
            await self._soon(made.ready)
            self._connected[ear.name].set()
            while self._here(ear) and not made.gone.done():
                await asyncio.wait([made.gone], timeout=0.1)
        finally:
            if isinstance(made, Stream) and made.last is not None:
                ear.last = made.last
            made.close()

    async def _soon(self, awaited: Coroutine[Any, Any, Any] | asyncio.Future[Any]) -> Any:
        return await asyncio.wait_for(awaited, CONNECT)

    def _queue(self, ear: Ear, target: list[Any]) -> None:
        """With the product's own client, which comes back by itself; one that left begins anew."""

        def cut(told: Cut) -> None:
            ear.cut(told.first or self.since, told.last)

        with Subscriber(target[0], on_cut=cut) as subscriber, contextlib.suppress(BrokerTrouble):
            subscriber.ready(CONNECT)
            self._connected[ear.name].set()
            while self._here(ear):
                for event in subscriber.events(timeout=0.2):
                    ear.hear(event.data)
                    if not self._here(ear):
                        break
