"""Notify's parts, put together: the only file that knows everybody."""

from __future__ import annotations

from typing import Any

from nameko.extensions import DependencyProvider

from services.notify import channels, use_cases, views
from services.notify.store import Work
from shared.chassis import Operations
from shared.http.links import Links, links
from shared.outbox.relay import Relay
from shared.sealing import KeyRing

NEEDS = ["members", "areas"]  # without these nobody knows how to reach anybody, or who is whose

STOPPING = 10.0  # seconds that a process waits at its end for what is being sent; what is not recorded then is in doubt


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


class Pages(DependencyProvider):
    """`self.pages`: links to the pages of notices."""

    def get_dependency(self, worker_ctx: Any) -> use_cases.Pages:
        settings = self.container.config["settings"]
        return use_cases.Pages(settings.public_url, links(settings.key_ring, "notices"))


class Keys(DependencyProvider):
    """`self.keys`: opens the numbers at which people are reached, and seals them again."""

    def setup(self) -> None:
        self._keys = KeyRing(self.container.config["settings"].key_ring)

    def get_dependency(self, worker_ctx: Any) -> KeyRing:
        return self._keys


class OpenWork(DependencyProvider):
    """`self.open_work`: opens a transaction of notify. The relay says when a delivery was taken by the broker."""

    relay = Relay()

    def setup(self) -> None:
        self.relay.unit = Work
        self.relay.on_settled.append(use_cases.settle)

    def get_dependency(self, worker_ctx: Any) -> Any:
        return lambda: self.relay.open_work(Work)


class Engine(DependencyProvider):
    """`self.engine`: sends what is to be delivered on channels."""

    relay = Relay()

    def setup(self) -> None:
        settings = self.container.config["settings"]
        web = channels.Web(settings.webhook_networks, settings.channel_patience)
        self._engine = use_cases.Engine(
            lambda: self.relay.open_work(Work),
            KeyRing(settings.key_ring),
            channels.channels(web),
            settings.channel_patience,
        )

    def stop(self) -> None:
        self._engine.stop(STOPPING)

    def get_dependency(self, worker_ctx: Any) -> use_cases.Engine:
        return self._engine


def operations() -> Operations:
    return Operations(needs=NEEDS, gauges=views.gauges)
