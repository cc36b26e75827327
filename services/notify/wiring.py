"""Notify's parts, put together: the only file that knows everybody."""

from __future__ import annotations

from typing import Any

from nameko.extensions import DependencyProvider

from services.notify import use_cases, views
from services.notify.store import Work
from shared.chassis import Operations
from shared.http.links import Links, links
from shared.outbox.relay import Relay
from shared.sealing import KeyRing

NEEDS = ["members"]  # without these nobody knows how to reach anybody


class Webhooks(DependencyProvider):
    """`self.webhooks`: the key ring that opens their secrets, and the networks that may be called."""

    def setup(self) -> None:
        settings = self.container.config["settings"]
        self._parts = KeyRing(settings.key_ring), settings.webhook_networks

    def get_dependency(self, worker_ctx: Any) -> Any:
        return self._parts


class AnswerLinks(DependencyProvider):
    """`self.answer_links`: makes the links on which reporters answer."""

    def get_dependency(self, worker_ctx: Any) -> Links:
        return links(self.container.config["settings"].key_ring, "answers")


class OpenWork(DependencyProvider):
    """`self.open_work`: opens a transaction of notify. The relay says when a delivery was taken by the broker."""

    relay = Relay()

    def setup(self) -> None:
        self.relay.unit = Work
        self.relay.on_settled.append(use_cases.settle)

    def get_dependency(self, worker_ctx: Any) -> Any:
        return lambda: self.relay.open_work(Work)


def operations() -> Operations:
    return Operations(needs=NEEDS, gauges=views.gauges)
