"""Members' clients in one process: each with its own connection, measuring how long a report took to reach them.

python -m tests.bench.clients SECONDS < addresses.json     # {"member": "amqp://…", …}
"""

from __future__ import annotations

import json
import select
import sys
import time
from typing import Any

from shared.messaging.connection import dial
from shared.messaging.transport import Connection


class Clients:
    """Consumes every member's queue; `heard` are (member, seconds since the report was made, now)."""

    def __init__(self, addresses: dict[str, str]):
        self.heard: list[tuple[str, float, float]] = []
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
                try:
                    while True:
                        self._connections[number].drain_events(timeout=0.0001)
                except TimeoutError:
                    pass


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
