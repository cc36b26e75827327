"""A subscriber: hears what happens from a queue of its own, and says of each event that it is done with it."""

import logging
import queue
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator

from wangge_client.address import Address
from wangge_client.subscriber.event import Cut, Event
from wangge_client.subscriber.reader import CUT_KEPT, Reader, Taken

log = logging.getLogger("wangge_client")
_SOON = 1.0  # seconds in which all that the queue has let go has come, once some of it has
_REMEMBERED = 100_000  # ids of events that are done with: what comes again is not told again


class Subscriber:
    """One outside system that hears what happens in a town.

    An event is acknowledged when the loop over `events` comes back for the next one; until then the broker keeps it,
    and gives it out again after a broken connection or to the next run of the program. So a program that was killed may
    see one again: its `id` is the same. The connection lives in a thread of its own and comes back by itself.
    """

    def __init__(
        self,
        amqp_url: str,
        name: str | None = None,
        prefetch: int = 100,
        on_cut: Callable[[Cut], None] | None = None,
        catch_up: Callable[[int], Iterator[Event | Cut]] | None = None,
    ) -> None:
        """`name`: by default from the user's name, <town>-<name>. `on_cut` is told what is gone for good. With
        `catch_up`, which gives what came after a position, what has left the queue is asked for. `prefetch`: events
        that are here and not done with, at most 1,000. Does not wait."""
        if not 1 <= prefetch <= CUT_KEPT:
            raise ValueError(f"prefetch={prefetch}: give 1 to {CUT_KEPT}, or what was cut could not be told")
        address = Address(amqp_url, "wangge-subscriber")
        town = address.parameters.virtual_host.removeprefix("wangge-")
        self.name = name or address.user.removeprefix(f"{town}-")
        self._on_cut = on_cut or _warn
        self._catch_up = catch_up
        self._done: OrderedDict[str, int] = OrderedDict()  # id → position
        self._after: int | None = None
        self._held: Taken | None = None  # told, and not done with
        self._gone: list[Taken] = []  # what the queue has let go, not told yet
        self._cut_to = 0  # the newest of it that was told
        self._tell_at = 0.0
        self._closed = threading.Event()
        self._reader = Reader(address, f"feed.{self.name}", prefetch)
        self._reader.start()

    def events(self, timeout: float | None = None, after: int | None = None) -> Iterator[Event]:
        """Each event as it comes; ends when none came for `timeout` seconds, or on close. With `after`, the position of
        the last one that you have, and `catch_up`, first what was said since then.

        Raises BrokerTrouble that waiting cannot help: a wrong password, no permission, no queue.
        """
        if after is not None and self._catch_up is not None:
            self._after = after
            yield from self._missed(after)
        until = _end(timeout)
        while not self._closed.is_set():
            taken = self._take(until)
            if self._gone and (taken is None or time.monotonic() > self._tell_at):
                yield from self._cut()
            elif taken is None:
                return
            if taken is None:
                continue
            if taken.cut:
                self._tell_at = self._tell_at if self._gone else time.monotonic() + _SOON
                self._gone.append(taken)
                continue
            self._held = taken
            yield from self._told(taken)
            self._reader.done(taken)
            self._held = None
            until = _end(timeout)

    def ready(self, timeout: float = 10.0) -> None:
        """Wait for the connection; raises what stands in the way (see BrokerTrouble)."""
        self._reader.ready(timeout)

    def close(self) -> None:
        """End the connection. What was not acknowledged comes again next time."""
        self._closed.set()
        self._reader.close()

    def __enter__(self) -> "Subscriber":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _take(self, until: float | None) -> Taken | None:
        """The next message, or the one with which the last loop was not done; None when the time is over."""
        if self._held is not None:
            return self._held
        until = self._tell_at if self._gone else until
        while not self._closed.is_set():
            left = 1.0 if until is None else until - time.monotonic()
            if left <= 0:
                return None
            try:
                return self._reader.taken.get(timeout=min(left, 0.2))
            except queue.Empty:
                self._reader.check()
        return None

    def _told(self, taken: Taken) -> Iterator[Event]:
        event = taken.event
        if event is None or event.id in self._done:
            return
        yield event
        self._is_done(event)

    def _missed(self, after: int) -> Iterator[Event]:
        """What the town still has; what it has not any more is gone for good."""
        assert self._catch_up is not None
        for found in self._catch_up(after):
            if isinstance(found, Cut):
                self._on_cut(found)
            elif found.id not in self._done:
                yield found
                self._is_done(found)

    def _cut(self) -> Iterator[Event]:
        """The queue has let go of these, and of what was before the newest of them. The newest need not have gone last:
        what a queue takes back, because nobody acknowledged it, goes first when there is no room."""
        gone, self._gone = self._gone, []
        known = {one.event.position: one.cut for one in gone if one.event and one.event.id not in self._done}
        last = max(known, default=0)
        if last > self._cut_to:
            before = max((position for position in self._done.values() if position < last), default=self._after)
            if self._catch_up is not None and before is not None:
                yield from self._missed(before)
            else:
                self._on_cut(Cut(None if before is None else before + 1, last, known[last]))
            self._cut_to = last
        for one in gone:
            self._reader.done(one)

    def _is_done(self, event: Event) -> None:
        self._done[event.id] = event.position
        if len(self._done) > _REMEMBERED:
            self._done.popitem(last=False)


def _end(timeout: float | None) -> float | None:
    return None if timeout is None else time.monotonic() + timeout


def _warn(cut: Cut) -> None:
    log.warning(
        "events up to position %d are gone (%s); give catch_up= to ask the town for them, or see GET /notify/feed",
        cut.last,
        cut.reason,
    )
