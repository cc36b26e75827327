"""Members' clients in one process: each with its own connection, noting how long a report took to reach them.

python -m tests.bench.clients SECONDS < addresses.json     # {"member": "amqp://…", …}
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

from deploy.local.checkout import ROOT
from shared.messaging.connection import dial
from shared.messaging.transport import Connection

Heard = tuple[str, float, float]  # member, seconds since the report was made, the clock when it was heard


class Clients:
    """Consumes every member's queue."""

    def __init__(self, addresses: dict[str, str]):
        self.heard: list[Heard] = []
        self._poll = select.poll()
        self._connections: dict[int, Connection] = {}
        for member, uri in addresses.items():
            connection = dial(uri, heartbeat=0)
            channel = connection.channel()
            channel.basic_consume(
                f"members.{member}", no_ack=True, callback=lambda message, who=member: self._on(who, message)
            )
            number = connection.sock.fileno()
            self._connections[number] = connection
            self._poll.register(number, select.POLLIN)

    def _on(self, member: str, message: Any) -> None:
        now = time.monotonic()
        title = json.loads(message.body)["data"].get("title", "").rpartition(" ")[2]
        if title.replace(".", "").isdigit():
            self.heard.append((member, now - float(title), now))

    def listen(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            for number, _ in self._poll.poll(left * 1000):
                with contextlib.suppress(TimeoutError):
                    while True:
                        self._connections[number].drain_events(timeout=0.0001)


class Listening:
    """What the clients have heard, once they have ended."""

    heard: list[Heard]


@contextlib.contextmanager
def listening(addresses: dict[str, str], seconds: float) -> Iterator[Listening]:
    """All clients are connected inside the block; `heard` is there after it, when the seconds are over."""
    found, path = Listening(), {"PYTHONPATH": f"{ROOT}:{ROOT / 'clients' / 'python'}"}
    command = [sys.executable, "-m", "tests.bench.clients", str(seconds)]
    process = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin and process.stdout
    try:
        process.stdin.write(json.dumps(addresses))
        process.stdin.close()
        assert process.stdout.readline() == "ready\n", "the members' clients did not connect"
        yield found
        found.heard = [tuple(one) for one in json.loads(process.stdout.read())]
    finally:
        process.kill() if process.poll() is None else None
        process.wait()


def percentile(values: list[float], share: float) -> float:
    """The value below which that share of the values lies. Raises ValueError without values."""
    if not values:
        raise ValueError("nothing was measured")
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def main() -> None:
    clients = Clients(json.load(sys.stdin))
    print("ready", flush=True)
    clients.listen(float(sys.argv[1]))
    print(json.dumps(clients.heard))


if __name__ == "__main__":
    main()
