"""The listener: one consuming connection per process, a channel and a reader for each queue.

What has arrived while the last batch was at work is the next batch. A delivery is acknowledged when everything in it is
settled: done, or parked with its reason. Nothing is acknowledged before the commit, nothing is dropped in silence.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from contextlib import suppress
from typing import Any

import amqp
import eventlet
from eventlet.event import Event as Signal
from nameko.exceptions import ContainerBeingKilled
from nameko.extensions import ProviderCollector, SharedExtension

from shared import failpoints
from shared.db.failures import AGAIN, OUTAGE, classify
from shared.messaging.arrival import Arrival
from shared.messaging.connection import HEARTBEAT, connect
from shared.observability import metrics
from shared.observability.logs import about
from shared.outbox.parking import Parking

log = logging.getLogger(__name__)
OUTAGE_WAIT = 1.0  # seconds between tries while the database is away
RACES = 10  # how often a batch that lost a race for locks is repeated before it is halved
FEW = 20  # deliveries; with more of them waiting nobody lingers
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
            eventlet.sleep(0.5)
            try:
                for handler, arrived in self.parking.due():
                    reader = next((r for r in self._readers.values() if r.entrypoint.handler == handler), None)
                    if reader:
                        reader.settle(reader.entrypoint.unpack_parked(arrived))
            except Exception as error:
                log.warning("parked: %s: %s; again in a while", type(error).__name__, error)
                eventlet.sleep(2)


class Reader:
    """One queue: takes what has arrived, hands it over in batches, acknowledges in tag order."""

    def __init__(self, queue: str, entrypoint: Any, listener: Listener):
        self.queue = queue
        self.entrypoint = entrypoint
        self.busy = False
        self._listener = listener
        self._arrived: deque[amqp.Message] = deque()
        self._channel: amqp.Channel | None = None
        self._wake = Signal()

    def consume(self, channel: amqp.Channel) -> None:
        channel.basic_qos(0, self.entrypoint.prefetch, False)
        self._arrived.clear()
        channel.basic_consume(self.queue, callback=self._on_message)
        self._channel = channel

    def disconnect(self) -> None:
        self._channel = None
        self._arrived.clear()

    def _on_message(self, message: amqp.Message) -> None:
        self._arrived.append(message)
        if not self._wake.ready():
            self._wake.send()

    def run(self) -> None:
        while not self._listener.stopping:
            self._wake = Signal()
            if not self._arrived:
                self._wake.wait()
            if self.entrypoint.linger and len(self._arrived) < FEW:
                eventlet.sleep(self.entrypoint.linger)
            self.busy = True
            try:
                self._one_round()
            except Exception as error:  # nothing was acknowledged; at the delivery limit the broker sets it aside
                log.exception("%s: %s; taken again", self.queue, error)
                eventlet.sleep(OUTAGE_WAIT)
                self._listener.reconnect()
            finally:
                self.busy = False

    def _one_round(self) -> None:
        channel, size = self._channel, self._listener.container.config["settings"].batch_size
        deliveries: list[amqp.Message] = []
        items: list[Any] = []
        while self._arrived and len(items) < size:
            delivery = self._arrived.popleft()
            deliveries.append(delivery)
            items += self.entrypoint.unpack(delivery, self._listener.parking)
        if not deliveries:
            return
        failpoints.reached("after_receive")
        self.settle(items)
        failpoints.reached("before_ack")
        self._acknowledge(channel, deliveries[-1].delivery_tag)

    def settle(self, items: list[Any]) -> None:
        """Every item is done or parked when this returns. At most one message per case is in a batch."""
        waiting = _without_doubles(items)
        while waiting:
            batch, waiting = _one_per_key(waiting)
            self._settle_batch(batch)

    def _settle_batch(self, batch: list[Any]) -> None:
        races = 0
        while True:
            started = time.monotonic()
            try:
                self.entrypoint.call(batch)
            except ContainerBeingKilled:
                raise
            except Exception as error:
                meaning = classify(error)
                if meaning == OUTAGE:
                    log.warning("%s: %s; waiting for the database", self.queue, str(error).strip())
                    eventlet.sleep(OUTAGE_WAIT)
                    continue
                races += 1
                if meaning == AGAIN and races <= RACES:
                    eventlet.sleep(0.01 * races)
                    continue
                self._isolate(batch, error)
            metrics.batch_seconds.labels(self.entrypoint.handler).observe(time.monotonic() - started)
            metrics.batch_events.labels(self.entrypoint.handler).observe(len(batch))
            return

    def _isolate(self, batch: list[Any], error: Exception) -> None:
        """Halve the batch until the poison stands alone; park that, so that its neighbours are done."""
        if len(batch) == 1:
            reason = f"{type(error).__name__}: {error}"
            log.error("parked: %s", reason, extra=about(batch[0].event))
            self._listener.parking.park(batch, "failed", reason)
            metrics.heard.labels(self.entrypoint.handler, "parked").inc()
            return
        middle = len(batch) // 2
        self._settle_batch(batch[:middle])
        self._settle_batch(batch[middle:])

    def _acknowledge(self, channel: amqp.Channel | None, tag: int) -> None:
        gone = channel is not self._channel
        if channel is None or gone:
            return  # the connection was lost meanwhile: the broker delivers again, the inbox knows
        try:
            channel.basic_ack(tag, multiple=True)
        except (OSError, amqp.AMQPError) as error:
            log.warning("%s: not acknowledged (%s); it comes again", self.queue, error)


class DeadQueue:
    """The broker's dead queue of the service: filled at the delivery limit only, drained into `parked`."""

    prefetch, linger = 50, 0.0

    def __init__(self, listener: Listener):
        self._listener = listener
        self.handler = f"{listener.container.service_name}.dead"

    def queues(self) -> list[str]:
        return [self.handler]

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


def _without_doubles(items: list[Any]) -> list[Any]:
    seen: dict[tuple[str, str, str], Any] = {}
    for item in items:
        seen.setdefault((item.event.source, item.event.id, item.event.type), item)
    return list(seen.values())


def _one_per_key(items: list[Any]) -> tuple[list[Any], list[Any]]:
    batch: dict[str, Any] = {}
    later = []
    for item in items:
        if item.key in batch:
            later.append(item)
        else:
            batch[item.key] = item
    return list(batch.values()), later
