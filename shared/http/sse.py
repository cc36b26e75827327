"""Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html): what is written, and seats for
those who listen.

A hub hands out seats. Whoever spreads an item under a name reaches all seats of that name, and waits for nobody: a seat
has room for so many items, and who does not read loses the seat, harming nobody else.
"""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import eventlet
from eventlet.event import Event as Signal
from werkzeug.wrappers import Request, Response

from shared.http.problems import TooMany, Unavailable
from shared.observability import metrics

MOST = 6_000  # seats in one process
EACH = 10  # seats of one owner
ROOM = 1_000  # items that may wait at one seat
RETRY = 2_000  # milliseconds after which a client that was cut off comes back
BUFFER = 64 * 1024  # bytes that the system keeps for one client: left to itself it keeps megabytes
FULL_AGAIN = 10  # seconds


class Item(NamedTuple):
    """One thing to be heard; `number` is its id, by which a client says what it has heard last."""

    number: int
    data: bytes


class Seat:
    """One listener's place. Only its own greenlet takes."""

    __slots__ = ("_hub", "_items", "_room", "_signal", "dropped", "name", "owner", "way")

    def __init__(self, hub: Hub, owner: str, name: str, way: str, room: int):
        self._hub, self.owner, self.name, self.way, self._room = hub, owner, name, way, room
        self._items: deque[Item] = deque()
        self._signal: Signal | None = None
        self.dropped = False

    def put(self, item: Item) -> None:
        """For the taker; too much of it costs the seat."""
        if self.dropped:
            return
        self._items.append(item)
        if len(self._items) > self._room:
            self._items.clear()
            self.dropped = True
            metrics.listeners_lost.labels(self.stream).inc()
        if self._signal is not None:
            signal, self._signal = self._signal, None
            signal.send()

    def take(self, seconds: float) -> list[Item]:
        """All that waits; as soon as there is any, and at the latest after so many seconds."""
        if not self._items and not self.dropped:
            self._signal = signal = Signal()
            with eventlet.Timeout(seconds, False):
                signal.wait()
            self._signal = None
        taken = list(self._items)
        self._items.clear()
        return taken

    def leave(self) -> None:
        self._hub.leave(self)

    @property
    def stream(self) -> str:
        """What is heard, without of whom: the first part of the name."""
        return self.name.partition("/")[0]


class Hub:
    """Who listens to what, in this process."""

    def __init__(self, most: int = MOST, each: int = EACH, room: int = ROOM):
        self._most, self._each, self._room = most, each, room
        self._seats: dict[str, set[Seat]] = {}
        self._owned: dict[str, int] = {}
        self.size = 0

    def join(self, owner: str, name: str, way: str) -> Seat:
        """A seat under a name; whoever takes it leaves it. Raises TooMany, Unavailable."""
        if self._owned.get(owner, 0) >= self._each:
            raise TooMany(f"you listen {self._each} times already: close one of these connections", FULL_AGAIN)
        if self.size >= self._most:
            raise Unavailable("everybody who may listen here does: try again, another replica may have room")
        seat = Seat(self, owner, name, way, self._room)
        self._seats.setdefault(name, set()).add(seat)
        self._owned[owner] = self._owned.get(owner, 0) + 1
        self.size += 1
        metrics.listeners.labels(seat.stream, way).inc()
        return seat

    def leave(self, seat: Seat) -> None:
        """Leaving twice is leaving once."""
        seats = self._seats.get(seat.name, set())
        if seat not in seats:
            return
        seats.discard(seat)
        self.size -= 1
        metrics.listeners.labels(seat.stream, seat.way).dec()
        self._owned[seat.owner] -= 1
        if not seats:
            del self._seats[seat.name]
        if not self._owned[seat.owner]:
            del self._owned[seat.owner]

    def names(self) -> Iterable[str]:
        """Under which somebody listens."""
        return self._seats.keys()

    def spread(self, names: Iterable[str], item: Item) -> None:
        """To everybody who listens under any of these."""
        for name in names:
            for seat in self._seats.get(name, ()):
                seat.put(item)


def opening() -> bytes:
    """What a stream begins with, so that a client and everything between knows that it is open."""
    return b"retry: %d\n\n" % RETRY


def event(item: Item) -> bytes:
    return b"id: %d\ndata: %s\n\n" % (item.number, item.data)


def named(name: str, data: bytes) -> bytes:
    """An event about the stream itself."""
    return b"event: %s\ndata: %s\n\n" % (name.encode(), data)


def heartbeat(number: int) -> bytes:
    """Nothing has happened up to this number: no event, but the client knows the number when it comes back."""
    return b": alive\nid: %d\n\n" % number


def number_of(request: Request) -> str | None:
    """What the client has heard last: its header counts before its query, which stays the same when it comes back."""
    return request.headers.get("Last-Event-ID") or request.args.get("after") or None


def stream(request: Request, seat: Seat, chunks: Iterator[bytes]) -> Response:
    """Each chunk goes out at once, past whatever gathers answers on the way; the seat is left when the client has."""
    kind = "text/event-stream; charset=utf-8"
    if request.method == "HEAD":
        seat.leave()
        return Response(content_type=kind)
    request.environ["eventlet.minimum_write_chunk_size"] = 0
    if sock := request.environ["eventlet.input"].get_socket():
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
    response = Response(chunks, content_type=kind)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    response.call_on_close(seat.leave)
    return response
