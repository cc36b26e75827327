"""The board's parts, put together: the only file that knows everybody."""

from __future__ import annotations

from typing import Any

from nameko.extensions import DependencyProvider

from services.board.store import Work
from shared.chassis import Operations
from shared.outbox.relay import Relay


class OpenWork(DependencyProvider):
    """`self.open_work`: opens a transaction of the board."""

    relay = Relay()

    def get_dependency(self, worker_ctx: Any) -> Any:
        return lambda: self.relay.open_work(Work)


def operations() -> Operations:
    return Operations()
