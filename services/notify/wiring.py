"""Notify's parts, put together: the only file that knows everybody."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nameko.extensions import DependencyProvider, SharedExtension

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


class Sending(SharedExtension):
    """What sends in this process: the engine, and the pipeline that brings it its work."""

    relay = Relay()

    def setup(self) -> None:
        settings = self.container.config["settings"]
        web, keys = channels.Web(settings.webhook_networks, settings.channel_patience), KeyRing(settings.key_ring)
        self.engine = use_cases.Engine(self._open_work, keys, channels.channels(web), settings.channel_patience)
        pages = use_cases.Pages(settings.public_url, links(settings.key_ring, "notices"))
        self.pipeline = use_cases.Pipeline(self._open_work, keys, pages, self.engine)

    def stop_sending(self) -> None:
        """While there still is a database."""
        self.pipeline.stopping = True
        self.engine.stop(STOPPING)

    def _open_work(self) -> Any:
        return self.relay.open_work(Work)


class OpenWork(DependencyProvider):
    """`self.open_work`: opens a transaction of notify. The relay says when a delivery was taken by the broker; the
    pipeline looks at what was added."""

    relay = Relay()
    sending = Sending()

    def setup(self) -> None:
        self.relay.unit = Work
        self.relay.on_settled.append(use_cases.settle)

    def get_dependency(self, worker_ctx: Any) -> Any:
        return self._open_work

    @contextmanager
    def _open_work(self) -> Iterator[Work]:
        with self.relay.open_work(Work) as work:
            work.has_channels = self.sending.pipeline.has_channels
            yield work
        if work.notified:
            self.sending.pipeline.nudge()


class Subscribers(DependencyProvider):
    """`self.subscribers`: what is subscribed to, kept in memory."""

    def setup(self) -> None:
        self._subscribers = use_cases.Subscribers()

    def get_dependency(self, worker_ctx: Any) -> use_cases.Subscribers:
        return self._subscribers


class Live(DependencyProvider):
    """`self.live`: what is new, for those who listen."""

    relay = Relay()

    def setup(self) -> None:
        self._live = use_cases.Live(lambda: self.relay.open_work(Work), use_cases.Subscribers())
        self.relay.on_committed.append(self._live.wake)

    def start(self) -> None:
        self.container.spawn_managed_thread(self._live.run, identifier="live")

    def get_dependency(self, worker_ctx: Any) -> use_cases.Live:
        return self._live


class Retention(DependencyProvider):
    """`self.retention`: how many days, and how many events, the feed is kept."""

    def get_dependency(self, worker_ctx: Any) -> tuple[int, int]:
        settings = self.container.config["settings"]
        return settings.feed_days, settings.feed_events


class Engine(DependencyProvider):
    """`self.engine`: sends what is to be delivered on channels."""

    sending = Sending()

    def stop(self) -> None:
        self.sending.stop_sending()

    def get_dependency(self, worker_ctx: Any) -> use_cases.Engine:
        return self.sending.engine


class Pipeline(DependencyProvider):
    """`self.pipeline`: decides what goes out, when, and together with what."""

    sending = Sending()

    def get_dependency(self, worker_ctx: Any) -> use_cases.Pipeline:
        return self.sending.pipeline


def operations() -> Operations:
    return Operations(needs=NEEDS, gauges=views.gauges)
