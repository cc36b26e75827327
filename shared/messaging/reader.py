"""One queue of the listener: what has arrived while the last batch was at work is the next batch.

A delivery is acknowledged when everything in it is settled: done, or parked with its reason. Nothing is acknowledged
before the commit, nothing is dropped in silence.
"""

from __future__ import annotations

import logging
import math
import time
from collections import deque
from typing import TYPE_CHECKING, Any

import amqp
import eventlet
from eventlet.event import Event as Signal
from nameko.exceptions import ContainerBeingKilled

from shared import failpoints
from shared.db.failures import AGAIN, OUTAGE, classify
from shared.observability import metrics
from shared.observability.logs import about, fault

if TYPE_CHECKING:
    from shared.messaging.listener import Listener

log = logging.getLogger(__name__)
OUTAGE_WAIT = 1.0  # seconds between tries while the database is away
RACES = 10  # how often a batch that lost a race for locks is repeated before it is halved
FEW = 20  # deliveries; with more of them waiting nobody lingers
LONGEST = 0.1  # seconds that a batch of a busy queue waits
LONGEST_PAUSE = 1.0  # seconds until a queue whose publisher sends too much is looked at again


class Reader:
    """One queue: takes what has arrived, hands it over in batches, acknowledges in tag order."""

    def __init__(self, queue: str, entrypoint: Any, listener: Listener):
        self.queue = queue
        self.entrypoint = entrypoint
        self.busy = False
        self._listener = listener
        self._arrived: deque[amqp.Message] = deque()
        self._channel: amqp.Channel | None = None
        self._wake, self._full = Signal(), Signal()
        self._rate, self._rated = 0.0, time.monotonic()  # deliveries a second, and when that was worked out

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
        if self._is_full() and not self._full.ready():
            self._full.send()

    def run(self) -> None:
        while not self._listener.stopping:
            self._wake = Signal()
            if not self._arrived:
                self._wake.wait()
            self._wait_for_company()
            if self._listener.stopping:
                return
            try:
                admitted = self._admitted()
                self.busy = True
                self._one_round(admitted)
            except Exception as error:  # nothing was acknowledged; at the delivery limit the broker sets it aside
                log.error("%s: %s; taken again", self.queue, fault(error))
                eventlet.sleep(OUTAGE_WAIT)
                self._listener.reconnect()
            finally:
                self.busy = False

    def _wait_for_company(self) -> None:
        """Larger batches cost less: what nobody waits for lingers, the busier a queue the longer it gathers."""
        if self.entrypoint.linger and len(self._arrived) < FEW:
            pause = self.entrypoint.linger
        else:
            pause = min(LONGEST, self.entrypoint.gather * self._rate)
        if pause and not self._is_full():
            self._full = Signal()
            with eventlet.Timeout(pause, False):
                self._full.wait()

    def _is_full(self) -> bool:
        """The broker sends no more before something is acknowledged: in a backlog nobody waits in vain."""
        return len(self._arrived) >= self.entrypoint.prefetch

    def _admitted(self) -> int:
        """How many deliveries may be taken now. The rest stays with the broker, whose queue refuses more when it is
        full: whoever publishes too much is slowed down alone."""
        while self._arrived and not self._listener.stopping:
            count, wait = self.entrypoint.admits(self.queue, min(len(self._arrived), self._batch_size))
            if count:
                return count
            eventlet.sleep(min(wait, LONGEST_PAUSE))
        return 0

    @property
    def _batch_size(self) -> int:
        return self._listener.container.config["settings"].batch_size

    def _one_round(self, admitted: int) -> None:
        channel, size = self._channel, self._batch_size
        deliveries: list[amqp.Message] = []
        items: list[Any] = []
        while self._arrived and len(items) < size and len(deliveries) < admitted:
            delivery = self._arrived.popleft()
            deliveries.append(delivery)
            items += self.entrypoint.unpack(delivery, self._listener.parking)
        if not deliveries:
            return
        self._count(len(deliveries))
        failpoints.reached("after_receive")
        self.settle(items)
        failpoints.reached("before_ack")
        self._acknowledge(channel, deliveries[-1].delivery_tag)

    def _count(self, deliveries: int) -> None:
        """What came a while ago counts less: half of it after 0.7 seconds."""
        now = time.monotonic()
        self._rate, self._rated = self._rate * math.exp(self._rated - now) + deliveries, now

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
            reason = fault(error)
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
