"""A client of server-sent events over asyncio: thousands of them fit into one process, and each can be made to stop
reading."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import NamedTuple

END = b"\n\n"


class Door(NamedTuple):
    """Where a stream is, and who asks for it; `last`: what was heard last."""

    address: str  # host:port
    path: str
    token: str
    last: int | None = None


class Stream(asyncio.Protocol):
    """`ready` is done when the stream has said up to where all was heard; `gone` when it has ended. `heard(kind, data)`
    is called with each event; `kind` is empty but for what is said about the stream itself. `last`: up to where it has
    heard."""

    def __init__(self, door: Door, heard: Callable[[str, bytes], None]):
        loop = asyncio.get_running_loop()
        self._door, self._heard, self.last = door, heard, door.last
        self.ready, self.gone = loop.create_future(), loop.create_future()
        self._buffer, self._open = b"", False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport, door = transport, self._door
        last = "" if door.last is None else f"Last-Event-ID: {door.last}\r\n"
        asked = f"GET {door.path} HTTP/1.0\r\nHost: {door.address}\r\nAuthorization: Bearer {door.token}\r\n{last}\r\n"
        transport.write(asked.encode())

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._open:
            head, end, rest = self._buffer.partition(b"\r\n\r\n")
            if not end:
                return
            if b" 200 " not in head.split(b"\r\n")[0]:
                self._fail(f"{head.decode(errors='replace')}\n{rest.decode(errors='replace')}")
                return
            self._open, self._buffer = True, rest
        *events, self._buffer = self._buffer.split(END)
        for event in events:
            self._read(event)

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        if not self.ready.done():
            self.ready.set_exception(ConnectionError(f"{self._door.path} was cut off: {error}"))
        if not self.gone.done():
            self.gone.set_result(None)

    def stop_reading(self) -> None:
        """The connection stays open, and nobody looks at it."""
        assert self._transport
        self._transport.pause_reading()

    def read_on(self) -> None:
        """What has waited is read."""
        if self._transport:
            self._transport.resume_reading()

    def close(self) -> None:
        if self._transport:
            self._transport.abort()

    def _read(self, event: bytes) -> None:
        kind, data, number = "", b"", None
        for line in event.split(b"\n"):
            field, _, value = line.partition(b": ")
            if field == b"data":
                data = value
            elif field == b"id":
                number = int(value)
            elif field == b"event":
                kind = value.decode()
        if data:
            self._heard(kind, data)
        if number is not None:
            self.last = number
            if not self.ready.done():
                self.ready.set_result(None)

    def _fail(self, why: str) -> None:
        if not self.ready.done():
            self.ready.set_exception(PermissionError(why))
        self.close()
