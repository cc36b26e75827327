"""The connection of a subscriber: a thread that reads its queue, and acknowledges what the program is done with."""

import functools
import logging
import queue
import random
import threading
import time
from typing import NamedTuple

import pika
from pika.adapters.blocking_connection import BlockingChannel

from wangge_client import errors, events
from wangge_client.address import Address
from wangge_client.subscriber.event import Event

log = logging.getLogger("wangge_client")
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 10.0  # seconds between two tries


CUT_KEPT = 1000  # of what a queue has let go, so many are kept for its subscriber


class Taken(NamedTuple):
    """One message: `event` is None when it cannot be read; `cut` says why it is among what the queue has let go."""

    channel: BlockingChannel
    tag: int
    event: Event | None
    cut: str


class Reader:
    """Fills `taken`; comes back by itself. Messages of a connection that has ended come again with the next one."""

    def __init__(self, address: Address, name: str, prefetch: int) -> None:
        self._address, self._name, self._prefetch = address, name, prefetch
        self.taken: queue.Queue[Taken] = queue.Queue()
        self._connection: pika.BlockingConnection | None = None
        self._closing, self._connected = threading.Event(), threading.Event()
        self._trouble: errors.WanggeError | None = None
        self._thread = threading.Thread(target=self._run, name=f"wangge {name}", daemon=True)

    def start(self) -> None:
        """Begin to connect; returns at once."""
        self._thread.start()

    def ready(self, timeout: float) -> None:
        """Wait until connected; raises what stands in the way: at once if waiting cannot help, else after `timeout`."""
        end = time.monotonic() + timeout
        while not self._connected.wait(0.1):
            self.check()
            if time.monotonic() > end:
                raise self._trouble or errors.NoAnswer(f"after {timeout:g} s: no connection to {self._address}")

    def check(self) -> None:
        """Raises trouble that waiting cannot help."""
        if isinstance(self._trouble, errors.BrokerTrouble) and self._trouble.lasting:
            raise self._trouble

    def done(self, taken: Taken) -> None:
        """Acknowledge it; when its connection has ended it comes again, and is known."""
        self._in_thread(functools.partial(_acknowledge, taken))

    def close(self) -> None:
        """End the connection and the thread."""
        self._closing.set()
        if threading.current_thread() is not self._thread:
            self._thread.join(timeout=10)

    def _in_thread(self, step: functools.partial[None]) -> None:
        connection = self._connection
        if connection is not None and connection.is_open:
            try:
                connection.add_callback_threadsafe(step)
            except pika.exceptions.ConnectionWrongStateError:
                log.debug("the connection has ended meanwhile")

    def _run(self) -> None:
        pause = _FIRST_PAUSE
        while not self._closing.is_set():
            began = time.monotonic()
            try:
                self._read()
            except (pika.exceptions.AMQPError, OSError) as problem:
                self._connected.clear()
                self._trouble = self._address.explain(problem)
            if self._closing.is_set():
                return
            pause = _FIRST_PAUSE if time.monotonic() - began > _LONGEST_PAUSE else pause
            log.warning("%s; next try in %.1f s", self._trouble, pause)
            self._closing.wait(pause * random.uniform(0.7, 1.3))
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _read(self) -> None:
        """Until the connection ends, or `close`."""
        connection = pika.BlockingConnection(self._address.parameters)
        try:
            self._forget()
            events_channel, cut_channel = connection.channel(), connection.channel()
            events_channel.basic_qos(prefetch_count=self._prefetch)
            cut_channel.basic_qos(prefetch_count=CUT_KEPT)
            cut_channel.basic_consume(f"{self._name}.cut", functools.partial(self._came, True))
            events_channel.basic_consume(self._name, functools.partial(self._came, False))
            self._connection, self._trouble = connection, None
            self._connected.set()
            while not self._closing.is_set():
                connection.process_data_events(time_limit=0.2)
            connection.process_data_events(time_limit=0)  # acknowledgements that were asked for right before
        finally:
            self._connection = None
            self._connected.clear()
            if connection.is_open:
                connection.close()

    def _forget(self) -> None:
        """What the last connection brought comes again."""
        while True:
            try:
                self.taken.get_nowait()
            except queue.Empty:
                return

    def _came(
        self,
        gone: bool,
        channel: BlockingChannel,
        delivery: pika.spec.Basic.Deliver,
        properties: pika.BasicProperties,
        body: bytes,
    ) -> None:
        deaths = (properties.headers or {}).get("x-death") or [{}]
        event = None
        try:
            event = Event.of(events.decode(body))
        except (ValueError, KeyError) as problem:
            log.error("message %s is dropped: %r; tell the town's operator", properties.message_id, problem)
        cut = str(deaths[0].get("reason", "maxlen")) if gone else ""
        self.taken.put(Taken(channel, delivery.delivery_tag, event, cut))


def _acknowledge(taken: Taken) -> None:
    if taken.channel.is_open:
        taken.channel.basic_ack(taken.tag)
