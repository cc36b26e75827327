"""A small TCP proxy between the services and their servers, which breaks connections in the ways of a network."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import struct
import threading
from collections.abc import Coroutine
from typing import Any

from tests.support.processes import free_port

CHUNK = 65_536
Link = tuple[asyncio.StreamWriter, asyncio.StreamWriter]  # near the client, far from it
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: a close sends RST


class Proxy:
    """Listens on `port`; a new connection goes to the first target that takes it. Runs in a thread of its own.

    While `holding`, nothing passes and nothing is refused: a black hole. `delay` seconds go by before a piece passes.
    """

    def __init__(self, targets: list[int], chance: random.Random):
        self.port, self.targets, self.delay, self.holding = free_port(), targets, 0.0, False
        self._chance, self._cut_pieces = chance, False
        self._links: set[Link] = set()
        self._forgotten: set[Link] = set()
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True, name="proxy").start()
        self._do(self._listen())

    @property
    def connections(self) -> int:
        return len(self._links)

    def reset(self) -> None:
        """Every connection ends at once on both sides."""
        self._do(self._reset())

    def half_open(self) -> None:
        """The server's side ends; the client's side hears nothing of it, as when a router forgets."""
        self._do(self._half_open())

    def cut_in_the_middle(self) -> None:
        """Of the next piece on every connection a random part passes, then the connection is reset."""
        self._cut_pieces = True

    def heal(self) -> None:
        self.delay, self.holding, self._cut_pieces = 0.0, False, False

    def close(self) -> None:
        self._do(self._reset())
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _listen(self) -> None:
        await asyncio.start_server(self._serve, "127.0.0.1", self.port, limit=CHUNK)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await self._reach()
        except OSError:
            _reset(writer)
            return
        link = (writer, far_writer)
        self._links.add(link)
        await asyncio.gather(self._pump(reader, far_writer, link), self._pump(far_reader, writer, link))
        self._links.discard(link)
        self._forgotten.discard(link)

    async def _reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        error: OSError = ConnectionRefusedError()
        for target in self.targets:
            try:
                return await asyncio.open_connection("127.0.0.1", target, limit=CHUNK)
            except OSError as failed:
                error = failed
        raise error

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, link: Link) -> None:
        with contextlib.suppress(OSError, RuntimeError):
            while piece := await reader.read(CHUNK):
                while self.holding:
                    await asyncio.sleep(0.05)
                if self.delay:
                    await asyncio.sleep(self.delay * self._chance.uniform(0.5, 1.5))
                if self._cut_pieces:
                    writer.write(piece[: self._chance.randrange(len(piece))])
                    await writer.drain()
                    break
                writer.write(piece)
                await writer.drain()
            else:
                if link not in self._forgotten:
                    writer.close()
                return
        if link not in self._forgotten:
            for side in link:
                _reset(side)
        elif writer is link[1]:  # the near side talks on, to nobody
            with contextlib.suppress(OSError):
                while await reader.read(CHUNK):
                    pass

    async def _reset(self) -> None:
        for link in list(self._links):
            for side in link:
                _reset(side)

    async def _half_open(self) -> None:
        for link in list(self._links):
            self._forgotten.add(link)
            _reset(link[1])


def _reset(writer: asyncio.StreamWriter) -> None:
    sock = writer.get_extra_info("socket")
    if sock is not None and not writer.is_closing():
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        writer.transport.abort()
