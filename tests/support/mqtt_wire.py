"""An MQTT 3.1.1 client as a phone has it, over asyncio: thousands of them fit into one process, and each can be made to
stop reading. (tests/support/mqtt.py is what a person does with mosquitto-clients.)"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import NamedTuple

CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK, PINGREQ = 1, 2, 3, 4, 8, 9, 12
REFUSED = 0x80  # what a SUBACK says of a filter that may not be
KEEP_ALIVE = 60  # seconds


class Login(NamedTuple):
    """Whose client it is, on which port, and what it listens to."""

    port: int
    client: str
    user: str
    password: str
    topics: tuple[str, ...]


class Handset(asyncio.Protocol):
    """`ready` is done when all is subscribed to; `gone` when the connection has ended. `heard(topic, body)` is called
    before a message is acknowledged; with `clean=False` the broker keeps what comes while it is away."""

    def __init__(self, login: Login, heard: Callable[[str, bytes], None], clean: bool = True):
        loop = asyncio.get_running_loop()
        self._login, self._heard, self._clean = login, heard, clean
        self.ready, self.gone = loop.create_future(), loop.create_future()
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport, login = transport, self._login
        flags = 0xC2 if self._clean else 0xC0  # user name, password, clean session
        head = _text("MQTT") + bytes([4, flags]) + KEEP_ALIVE.to_bytes(2, "big")
        transport.write(_packet(CONNECT, head + b"".join(map(_text, (login.client, login.user, login.password)))))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        for first, body in self._packets():
            kind = first >> 4
            if kind == PUBLISH:
                self._published(first, body)
            elif kind == CONNACK and body[1] == 0:
                filters = b"".join(_text(topic) + b"\x01" for topic in self._login.topics)
                self._write(_packet(SUBSCRIBE, b"\x00\x01" + filters, flags=2))
                self._ping()
            elif kind == CONNACK or (kind == SUBACK and REFUSED in body[2:]):
                self.fail(f"the broker refuses {self._login.user}: {body.hex()}")
            elif kind == SUBACK and not self.ready.done():
                self.ready.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        if not self.ready.done():
            self.ready.set_exception(ConnectionError(f"{self._login.client} was cut off: {error}"))
        if not self.gone.done():
            self.gone.set_result(None)

    def fail(self, why: str) -> None:
        """The connection is of no use."""
        if not self.ready.done():
            self.ready.set_exception(PermissionError(why))
        self.close()

    def stop_reading(self) -> None:
        """The connection stays open, and nobody looks at it."""
        assert self._transport
        self._transport.pause_reading()

    def close(self) -> None:
        """As a phone without a network."""
        if self._transport:
            self._transport.abort()

    def _published(self, first: int, body: bytes) -> None:
        end = 2 + int.from_bytes(body[:2], "big")
        topic, asked = body[2:end].decode(), first & 0x06
        self._heard(topic, body[end + (2 if asked else 0) :])
        if asked:
            self._write(_packet(PUBACK, body[end : end + 2]))

    def _packets(self) -> Iterator[tuple[int, bytes]]:
        """Each that has come whole: its first byte, and what is behind its length."""
        buffer, at = self._buffer, 0
        while found := _length(buffer, at + 1):
            start, length = found
            if start + length > len(buffer):
                break
            yield buffer[at], bytes(buffer[start : start + length])
            at = start + length
        del buffer[:at]

    def _ping(self) -> None:
        if self._transport:
            self._write(_packet(PINGREQ, b""))
            asyncio.get_running_loop().call_later(KEEP_ALIVE / 2, self._ping)

    def _write(self, data: bytes) -> None:
        if self._transport:
            self._transport.write(data)


def _length(buffer: bytearray, at: int) -> tuple[int, int] | None:
    """Where a packet begins behind its length, and how long it is; none: not all of the length is there."""
    length = shift = 0
    while at < len(buffer):
        length |= (buffer[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if buffer[at - 1] < 0x80:
            return at, length
    return None


def _packet(kind: int, body: bytes, flags: int = 0) -> bytes:
    left, length = len(body), bytearray()
    while True:
        left, digit = divmod(left, 128)
        length.append(digit | (0x80 if left else 0))
        if not left:
            return bytes([kind << 4 | flags]) + bytes(length) + body


def _text(text: str) -> bytes:
    raw = text.encode()
    return len(raw).to_bytes(2, "big") + raw
