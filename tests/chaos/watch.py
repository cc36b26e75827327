"""Samples of what must stay bounded: memory of the services, connections to the broker and the database, queues."""

from __future__ import annotations

import threading
from contextlib import suppress

from deploy.provision.names import ProvisionError, vhost_of
from deploy.provision.servers import Management, part
from shared.messaging.topology import REPORT_LIMIT
from tests.bench.machine import memory
from tests.chaos.history import History
from tests.support.town import TemporaryTown

EVERY = 2.0  # seconds
MEMORY, CONNECTIONS = 400.0, 8.0  # MiB of a service's process, connections of a process to the broker


class Watch(threading.Thread):
    """Notes samples and remembers the highest of each kind."""

    def __init__(self, town: TemporaryTown, admin_url: str, history: History):
        super().__init__(daemon=True, name="watch")
        self._town, self._history = town, history
        self._api = Management(admin_url, timeout=5)
        self._highest: dict[str, tuple[float, float]] = {}
        self._ending = threading.Event()

    def run(self) -> None:
        while not self._ending.wait(EVERY):
            for process in self._town.processes:
                if process.alive:
                    self._see(f"memory of {process.name}, MiB", memory(process.pid), MEMORY)
            with suppress(ProvisionError, OSError):
                self._see_broker()

    def stop(self) -> None:
        self._ending.set()
        self.join(15)

    def highest(self) -> list[tuple[str, float, float]]:
        return [(what, value, bound) for what, (value, bound) in sorted(self._highest.items())]

    def _see_broker(self) -> None:
        vhost = part(vhost_of(self._town.name))
        depths = {q["name"]: q.get("messages", 0) for q in self._api.get(f"queues/{vhost}?columns=name,messages") or []}
        self._history.note("queues", depths={name: depth for name, depth in depths.items() if depth})
        for name, depth in depths.items():
            if name.startswith("reports."):
                self._see(f"length of {name}", depth, REPORT_LIMIT * 1.05)
        open_now = len(self._api.get(f"vhosts/{vhost}/connections?columns=name") or [])
        self._see("connections to the broker", open_now, CONNECTIONS * len(self._town.processes))

    def _see(self, what: str, value: float, bound: float) -> None:
        if value > self._highest.get(what, (0.0, 0.0))[0]:
            self._highest[what] = (value, bound)
