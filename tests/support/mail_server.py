"""A mail server that breaks off where it is told to. What it has taken is in `effects`."""

from __future__ import annotations

import socketserver
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from threading import Thread


class MailServer(socketserver.ThreadingTCPServer):
    """`lies`, each once: (step, what): step EHLO, MAIL, RCPT, DATA or END (of the message); what: an answer like
    `450 later`, `cut` (the connection is closed), `hang` (no answer in time). At END a cut or hang comes after the
    message was taken."""

    allow_reuse_address, daemon_threads = True, True

    def __init__(self, hold: float = 3.0) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.hold = hold
        self.lies: deque[tuple[str, str]] = deque()
        self.effects: list[Message] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def lie(self, step: str) -> str | None:
        return self.lies.popleft()[1] if self.lies and self.lies[0][0] == step else None


class _Talk(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self._say("220 mail.example ESMTP")
        while line := self.rfile.readline().decode().strip():
            step = line.split()[0].upper()
            if not self._step(step, {"DATA": "354 go on", "QUIT": "221 bye"}.get(step, "250 fine")):
                return
            if step == "DATA" and not self._message():
                return

    def _message(self) -> bool:
        raw = b""
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            raw += line[1:] if line.startswith(b"..") else line
        lie = self.server.lies[0][1] if self.server.lies and self.server.lies[0][0] == "END" else ""
        if lie in ("", "cut", "hang"):
            self.server.effects.append(message_from_bytes(raw))
        return self._step("END", "250 taken")

    def _step(self, step: str, answer: str) -> bool:
        """False when the talk is over."""
        lie = self.server.lie(step)
        if lie == "hang":
            time.sleep(self.server.hold)
        if lie in ("hang", "cut"):
            return False
        self._say(lie or answer)
        return step != "QUIT" and not (lie or "").startswith("354")

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def mail_server(hold: float = 3.0) -> Iterator[MailServer]:
    with MailServer(hold) as server:
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server
        server.shutdown()
