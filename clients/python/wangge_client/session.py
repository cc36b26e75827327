"""One connection from opening to its end: publishes with pipelined confirms, stores what arrives, then acknowledges it.

pika's SelectConnection is used, not BlockingConnection: the latter waits for each confirm before the next publish,
which is ten times slower. All of this runs in the link's thread; nothing here is for other threads.
"""

import itertools
import logging
from collections.abc import Callable
from typing import NamedTuple, Protocol

import pika
from pika.spec import Basic

from wangge_client import events

log = logging.getLogger("wangge_client")
_WINDOW = 1000  # unconfirmed publishes at once
_PREFETCH = 200
_TICK = 0.25  # seconds between two looks for what has become due


class Outgoing(NamedTuple):
    """One event to publish; `key` is how its keeper knows it."""

    key: str
    exchange: str
    routing_key: str
    event_id: str
    body: bytes


class Arrival(NamedTuple):
    """One event that came; `redelivered` when the broker has delivered it before."""

    event: dict
    redelivered: bool


class Keeper(Protocol):
    """Who keeps what is sent and heard; called in the link's thread only."""

    def opened(self) -> None:
        """Connected, and hearing the queue."""

    def outgoing(self, room: int) -> list[Outgoing]:
        """At most `room` events that want to be published now."""

    def confirmed(self, sent: list[Outgoing]) -> None:
        """The broker has taken these over."""

    def refused(self, sent: list[Outgoing], why: str) -> None:
        """The broker has not taken these: its queue is full, or nobody hears the key."""

    def lost(self, sent: list[Outgoing]) -> None:
        """The connection ended before the broker said anything about these."""

    def arrived(self, arrivals: list[Arrival]) -> None:
        """Keep these for good: they are acknowledged as soon as this returns."""


class Session:
    """One connection. `run` returns when it has ended; `problem` says why, None when it was asked to close."""

    def __init__(self, parameters: pika.ConnectionParameters, user: str, queue: str, keeper: Keeper) -> None:
        self._user, self._queue, self._keeper = user, queue, keeper
        self._unconfirmed: dict[int, Outgoing] = {}
        self._published = 0
        self._unroutable: set[str] = set()
        self._arrivals: list[tuple[int, Arrival | None]] = []
        self._window = _WINDOW
        self._paused = False
        self.problem: BaseException | None = None
        self.worked = False
        self._channel: pika.channel.Channel | None = None
        self._connection = pika.SelectConnection(
            parameters,
            on_open_callback=lambda connection: connection.channel(on_open_callback=self._channel_opened),
            on_open_error_callback=lambda _, problem: self._ended(problem),
            on_close_callback=lambda _, problem: self._ended(problem),
        )
        self.loop = self._connection.ioloop

    def run(self) -> None:
        """Work until the connection ends."""
        try:
            self.loop.start()
        finally:
            self._keeper.lost(list(self._unconfirmed.values()))

    def close(self) -> None:
        """Store what has arrived, then end the connection."""
        self._guarded(self._store_arrivals)
        self._end(None)

    def pump(self) -> None:
        """Publish what is due, as far as the window has room."""
        self._guarded(self._publish)

    def _end(self, problem: BaseException | None) -> None:
        self.problem = self.problem or problem
        if self._connection.is_open:
            self._connection.close()
        elif not self._connection.is_closing:
            self.loop.stop()

    def _ended(self, problem: BaseException) -> None:
        asked_to = isinstance(problem, pika.exceptions.ConnectionClosedByClient)
        self.problem = self.problem or (None if asked_to else problem)
        self.loop.stop()

    def _guarded(self, step: Callable[[], None]) -> None:
        """A keeper that fails (disk full …) ends the connection: what it did not keep is delivered again."""
        try:
            step()
        except Exception as problem:
            self._end(problem)

    def _channel_opened(self, channel: pika.channel.Channel) -> None:
        self._channel = channel
        channel.add_on_close_callback(lambda _, problem: self._end(None if self._connection.is_closing else problem))
        channel.add_on_return_callback(lambda _, __, properties, ___: self._unroutable.add(properties.message_id))
        channel.basic_qos(prefetch_count=_PREFETCH)
        channel.confirm_delivery(self._answered)
        channel.basic_consume(self._queue, self._delivered, callback=lambda _: self._guarded(self._opened))

    def _opened(self) -> None:
        self._keeper.opened()
        self._tick()

    def _tick(self) -> None:
        self._paused = False
        self.pump()
        self.loop.call_later(_TICK, self._tick)

    def _publish(self) -> None:
        room = self._window - len(self._unconfirmed)
        if self._paused or room <= 0 or self._channel is None or not self._channel.is_open:
            return
        for outgoing in self._keeper.outgoing(room):
            self._published += 1
            self._unconfirmed[self._published] = outgoing
            properties = pika.BasicProperties(
                content_type=events.CONTENT_TYPE, delivery_mode=2, message_id=outgoing.event_id, user_id=self._user
            )
            self._channel.basic_publish(
                outgoing.exchange, outgoing.routing_key, outgoing.body, properties, mandatory=True
            )

    def _answered(self, frame: pika.frame.Method) -> None:
        answer, self.worked = frame.method, True
        tags = [answer.delivery_tag]
        if answer.multiple:
            tags = list(itertools.takewhile(lambda tag: tag <= answer.delivery_tag, self._unconfirmed))
        sent = [self._unconfirmed.pop(tag) for tag in tags if tag in self._unconfirmed]
        self._guarded(lambda: self._tell_keeper(sent, isinstance(answer, Basic.Ack)))

    def _tell_keeper(self, sent: list[Outgoing], taken: bool) -> None:
        astray = [outgoing for outgoing in sent if outgoing.event_id in self._unroutable]
        if not taken:
            # the queue is full: fewer at once, and a pause until the next tick
            self._window, self._paused = max(10, self._window // 2), True
            self._keeper.refused(sent, "the broker's queue is full")
            return
        self._window = min(_WINDOW, self._window + len(sent))
        if astray:
            self._unroutable.difference_update(outgoing.event_id for outgoing in astray)
            self._keeper.refused(astray, f"no queue hears {astray[0].exchange!r} / {astray[0].routing_key!r}")
        self._keeper.confirmed([outgoing for outgoing in sent if outgoing not in astray])
        self._publish()

    def _delivered(
        self, _channel: object, delivery: Basic.Deliver, properties: pika.BasicProperties, body: bytes
    ) -> None:
        if not self._arrivals:
            self.loop.call_later(0, lambda: self._guarded(self._store_arrivals))  # after all that is in the socket
        try:
            arrival = Arrival(events.decode(body), delivery.redelivered)
        except ValueError as problem:
            log.error(
                "message %s in %s is dropped: %s; tell the town's operator", properties.message_id, self._queue, problem
            )
            arrival = None
        self._arrivals.append((delivery.delivery_tag, arrival))

    def _store_arrivals(self) -> None:
        if not self._arrivals:
            return
        arrivals, self._arrivals = self._arrivals, []
        self.worked = True
        self._keeper.arrived([arrival for _, arrival in arrivals if arrival is not None])
        if self._channel is not None and self._channel.is_open:
            self._channel.basic_ack(arrivals[-1][0], multiple=True)
