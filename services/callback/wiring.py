"""Callback's parts, put together: the only file that knows everybody."""

from __future__ import annotations

from typing import Any

from nameko.extensions import DependencyProvider

from services.callback import views
from services.callback.store import Work
from shared.chassis import Operations
from shared.outbox.relay import Relay

NEEDS = ["calendars", "rule_sets"]  # without these nobody knows whom to ask, and when


class OpenWork(DependencyProvider):
    """`self.open_work`: opens a transaction of callback."""

    relay = Relay()

    def get_dependency(self, worker_ctx: Any) -> Any:
        return lambda: self.relay.open_work(Work)


def operations() -> Operations:
    return Operations(needs=NEEDS, gauges=views.gauges)
