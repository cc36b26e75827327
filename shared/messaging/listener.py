"""The listener: one consuming connection per process, a channel and a reader (`reader.py`) for each queue."""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from typing import Any

import amqp
import eventlet
from nameko.extensions import ProviderCollector, SharedExtension

from shared.messaging.arrival import Arrival
from shared.messaging.connection import HEARTBEAT, connect
from shared.messaging.reader import Reader
from shared.outbox.parking import Parking

log = logging.getLogger(__name__)
LOOK_EVERY = 1.0  # seconds between two looks for what is parked and due
READ_FOR = 10.0  # seconds the connection is listened to before the heart beats


class Listener(SharedExtension, ProviderCollector):
    """Reads every queue that an entrypoint asks for; reconnects for ever; retries what is parked and due."""

    parking = Parking()

    def __init__(self) -> None:
        super().__init__()
        self.connected = False
        self.missing: list[str] = []
        self._stopping = False
        self._readers: dict[str, Reader] = {}
        self._conn: amqp.Connection | None = None

    def start(self) -> None:
        self.container.spawn_managed_thread(self._listen, identifier="listener")
        self.container.spawn_managed_thread(self._retry_parked, identifier="parked")

    def stop(self) -> None:
        """Hand over nothing more; batches at work are finished, the rest goes back to the broker."""
        self._stopping = True
        end = time.monotonic() + 5
        while any(reader.busy for reader in self._readers.values()) and time.monotonic() < end:
            eventlet.sleep(0.05)

    @property
    def stopping(self) -> bool:
        return self._stopping

    def _listen(self) -> None:
        while not self._stopping:
            try:
                with connect(self.container.config["settings"].amqp_uri) as self._conn:
                    self._attach(self._conn)
                    self._drain(self._conn)
            except Exception as error:
                log.warning("listener: %s: %s; connecting again", type(error).__name__, error)
            self.connected = False
            for reader in self._readers.values():
                reader.disconnect()
            eventlet.sleep(1)

    def reconnect(self) -> None:
        """Give everything that is not acknowledged back to the broker, in order to get it again."""
        if self._conn is not None:
            self._conn.collect()

    def handler_of(self, queue: str) -> str:
        """Which handler reads a queue."""
        reader = self._readers.get(queue)
        return reader.entrypoint.handler if reader else queue

    def _attach(self, conn: amqp.Connection) -> None:
        self.missing = []
        for entrypoint in [*self._providers, DeadQueue(self)]:
            for queue in entrypoint.queues():
                reader = self._readers.get(queue) or self._start_reader(queue, entrypoint)
                try:
                    reader.consume(conn.channel())
                except amqp.NotFound:
                    self.missing.append(queue)
        if self.missing:
            log.error("queues are missing, run the provisioning job: %s", ", ".join(self.missing))
        self.connected = True

    def _start_reader(self, queue: str, entrypoint: Any) -> Reader:
        reader = self._readers[queue] = Reader(queue, entrypoint, self)
        self.container.spawn_managed_thread(reader.run, identifier=f"reader {queue}")
        return reader

    def _drain(self, conn: amqp.Connection) -> None:
        wanted = sorted(q for e in self._providers for q in e.queues())
        checked = time.monotonic()
        while not self._stopping:
            with suppress(TimeoutError):
                conn.drain_events(timeout=READ_FOR)
            if time.monotonic() - checked > HEARTBEAT / 4:
                checked = time.monotonic()
                conn.heartbeat_tick()
                if self.missing or wanted != sorted(q for e in self._providers for q in e.queues()):
                    return  # queues have come or gone: attach anew

    def _retry_parked(self) -> None:
        while not self._stopping:
            eventlet.sleep(LOOK_EVERY)
            try:
                for handler, arrived in self.parking.due():
                    reader = next((r for r in self._readers.values() if r.entrypoint.handler == handler), None)
                    if reader:
                        reader.settle(reader.entrypoint.unpack_parked(arrived))
            except Exception as error:
                log.warning("parked: %s: %s; again in a while", type(error).__name__, error)
                eventlet.sleep(2)


class DeadQueue:
    """The broker's dead queue of the service: filled at the delivery limit only, drained into `parked`."""

    prefetch, linger, gather = 50, 0.0, 0.0

    def __init__(self, listener: Listener):
        self._listener = listener
        self.handler = f"{listener.container.service_name}.dead"

    def queues(self) -> list[str]:
        return [self.handler]

    def admits(self, queue: str, wanted: int) -> tuple[int, float]:
        return wanted, 0.0

    def unpack(self, delivery: amqp.Message, parking: Parking) -> list[Any]:
        deaths = delivery.headers.get("x-death") or [{}]
        handler = self._listener.handler_of(deaths[0].get("queue", self.handler))
        town = self._listener.container.config["settings"].town
        reason = "given up by the broker: delivered too often without an answer"
        parking.park([arrival_of(delivery, handler, town)], "delivery_limit", reason)
        return []


def arrival_of(delivery: amqp.Message, handler: str, town: str) -> Arrival:
    """A delivery of the broker, as what it is to the service. Broker users are named `<town>-<name>`."""
    properties, body = delivery.properties, delivery.body
    user = properties.get("user_id") or ""
    return Arrival(
        body=body.encode() if isinstance(body, str) else bytes(body),
        publisher=user.removeprefix(f"{town}-") if user.startswith(f"{town}-") else None,
        routing_key=delivery.delivery_info["routing_key"],
        message_id=properties.get("message_id"),
        handler=handler,
    )
