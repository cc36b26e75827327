"""The entrypoints for messages.

@hears("cases", messages.CaseRegistered)          # from our services, read and unpacked, by lanes
@receives("actions")                              # from outside, raw
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import Any

import amqp
import orjson
from eventlet.event import Event as Signal
from nameko.extensions import Entrypoint

from shared.messaging.arrival import Arrival
from shared.messaging.envelope import LANES, Event, Unreadable, decode
from shared.messaging.listener import Listener, arrival_of
from shared.messaging.message import Heard, Malformed, Message
from shared.observability import metrics
from shared.observability.logs import about

log = logging.getLogger(__name__)
NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")  # in JSON; PostgreSQL stores none, no service of ours says one
ROUTINE = ("done", "known", "new")  # outcomes that are logged only at LOG_LEVEL=DEBUG


class _BatchEntrypoint(Entrypoint):
    listener = Listener()
    linger = 0.0  # seconds that a batch may wait for company
    gather = 0.0  # seconds that it waits, for each delivery a second

    def __init__(self, queue: str, **kwargs: Any):
        self.queue = queue
        super().__init__(**kwargs)

    def setup(self) -> None:
        self.listener.register_provider(self)

    def stop(self) -> None:
        self.listener.unregister_provider(self)
        super().stop()

    def admits(self, queue: str, wanted: int) -> tuple[int, float]:
        """How many deliveries of a queue may be taken now, and if none, in how many seconds to ask again."""
        return wanted, 0.0

    @property
    def handler(self) -> str:
        return f"{self.container.service_name}.{self.queue}"

    @property
    def town(self) -> str:
        return self.container.config["settings"].town

    def call(self, batch: list[Any]) -> None:
        """Run the service's method on the batch, in this greenlet's time; raises what it raised."""
        done = Signal()

        def hand_back(worker_ctx: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
            done.send(result) if exc_info is None else done.send_exception(*exc_info)
            return result, None

        self.container.spawn_worker(self, (batch,), {}, handle_result=hand_back)
        outcomes = done.wait()
        for index, item in enumerate(batch):
            outcome = outcomes[index] if outcomes else "done"
            metrics.heard.labels(self.handler, str(outcome)).inc()
            level = logging.DEBUG if outcome in ROUTINE else logging.INFO
            log.log(level, "%s: %s", self.handler, outcome, extra=about(item.event))


class Hears(_BatchEntrypoint):
    """Messages of our services: one queue per lane, bound to the types of the message classes.

    `linger`, in seconds, is for what nobody waits for: fewer and larger batches leave more of the machine to the rest.
    """

    prefetch = 50  # deliveries, of up to 50 events each

    def __init__(self, queue: str, *classes: type[Message], linger: float = 0.0, **kwargs: Any):
        self.classes = {cls.TYPE: cls for cls in classes}
        self.linger = linger
        super().__init__(queue, **kwargs)

    def queues(self) -> list[str]:
        return [f"{self.handler}.{lane}" for lane in LANES]

    def unpack(self, delivery: amqp.Message, parking: Any) -> list[Heard]:
        return self.read(arrival_of(delivery, self.handler, self.town), parking)

    def unpack_parked(self, arrived: list[Arrival]) -> list[Heard]:
        return [heard for arrival in arrived for heard in self.read(arrival, self.listener.parking)]

    def read(self, arrival: Arrival, parking: Any) -> list[Heard]:
        """What can be read; the rest is parked, each event by itself."""
        try:
            events = decode(arrival.body)
        except Unreadable as error:
            self._park(arrival, error, parking)
            return []
        heard, suspicious = [], NUL.search(arrival.body)
        for event in events:
            try:
                if suspicious and NUL.search(orjson.dumps(event.data)):
                    raise Malformed(f"{event.type}: there is a NUL character in its data")
                heard.append(self._class(event).heard(event, self.handler, arrival.attempts))
            except Malformed as error:
                self._park(Heard(event, {}, self.handler, arrival.attempts), error, parking)
        return heard

    def _class(self, event: Event) -> type[Message]:
        cls = self.classes.get(event.type) or self.classes.get("*")
        if cls is None:
            raise Malformed(f"{self.handler} does not hear {event.type}")
        return cls

    def _park(self, what: Arrival | Heard, error: Exception, parking: Any) -> None:
        parking.park([what], "unreadable", str(error))
        metrics.heard.labels(self.handler, "unreadable").inc()


class Receives(_BatchEntrypoint):
    """Messages from outside, raw. `queues_of(container)` names the queues when there are several;
    `admits_of(container, queue, wanted)` says how many may be taken now, and if none, in how many seconds to ask again.

    They come one by one: the more of them, the longer a batch waits for others (`gather` seconds for each a second),
    and so every step behind it has larger batches.
    """

    prefetch = 400

    def __init__(
        self,
        queue: str,
        queues_of: Callable[[Any], list[str]] | None = None,
        gather: float = 0.0,
        admits_of: Callable[[Any, str, int], tuple[int, float]] | None = None,
        **kwargs: Any,
    ):
        self.queues_of = queues_of
        self.gather = gather
        self.admits_of = admits_of
        super().__init__(queue, **kwargs)

    def queues(self) -> list[str]:
        return self.queues_of(self.container) if self.queues_of else [self.handler]

    def admits(self, queue: str, wanted: int) -> tuple[int, float]:
        return self.admits_of(self.container, queue, wanted) if self.admits_of else super().admits(queue, wanted)

    def unpack(self, delivery: amqp.Message, parking: Any) -> list[Arrival]:
        return [arrival_of(delivery, self.handler, self.town)]

    def unpack_parked(self, arrived: list[Arrival]) -> list[Arrival]:
        return arrived


hears = Hears.decorator
receives = Receives.decorator
