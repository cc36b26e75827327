"""py-amqp's socket with fewer system calls: it is read in large pieces, and what is said together is sent together.

As it comes, py-amqp asks the socket three times for each frame, and writes each message by itself; both cost the
process, and small segments cost the broker, more than the messages themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import amqp
from amqp.transport import TCPTransport

READ = 65_536  # bytes asked for at once
SEND = 131_072  # bytes held back at most


class BufferedTransport(TCPTransport):
    """A plain TCP socket to the broker."""

    def _setup_transport(self) -> None:
        self._held: list[bytes] | None = None
        self._held_size = 0
        self._bytes, self._at = b"", 0
        super()._setup_transport()

    @property
    def _read_buffer(self) -> bytes:
        return self._bytes[self._at :]

    @_read_buffer.setter
    def _read_buffer(self, value: bytes) -> None:
        """py-amqp gives a frame back when its rest does not come in time."""
        self._bytes, self._at = bytes(value), 0

    def _read(self, n: int, initial: bool = False, _errnos: Any = ()) -> bytes:
        """Exactly n bytes; whatever has arrived beyond them is kept for the next call."""
        while len(self._bytes) - self._at < n:
            try:
                more = self._quick_recv(max(READ, n))
            except BlockingIOError:  # each publish looks for news with no time at all: nothing yet
                raise TimeoutError from None  # on this alone py-amqp gives the frame's beginning back
            if not more:
                raise OSError("the broker closed the connection")
            self._bytes, self._at = self._bytes[self._at :] + more, 0
        end = self._at + n
        piece, self._at = self._bytes[self._at : end], end
        return piece

    def write(self, piece: Any) -> None:
        if self._held is None:
            super().write(piece)
            return
        self._held.append(bytes(piece))  # the caller writes the next message into the same memory
        self._held_size += len(piece)
        if self._held_size >= SEND:
            self._flush()

    def _flush(self) -> None:
        held, self._held, self._held_size = self._held, [], 0
        if held:
            super().write(b"".join(held))

    @contextmanager
    def together(self) -> Iterator[None]:
        self._held = []
        try:
            yield
            self._flush()
        finally:
            self._held = None


class Connection(amqp.Connection):
    """An AMQP connection over a `BufferedTransport`."""

    def Transport(
        self,
        host: str,
        connect_timeout: float,
        ssl: Any = False,
        read_timeout: float | None = None,
        write_timeout: float | None = None,
        **settings: Any,
    ) -> Any:
        settings |= {"read_timeout": read_timeout, "write_timeout": write_timeout}
        if ssl:
            return super().Transport(host, connect_timeout, ssl, **settings)
        return BufferedTransport(host, connect_timeout=connect_timeout, ssl=False, **settings)

    def together(self) -> AbstractContextManager[None]:
        """What is published inside of the block leaves in one piece, at its end."""
        return self.transport.together() if isinstance(self.transport, BufferedTransport) else nullcontext()
