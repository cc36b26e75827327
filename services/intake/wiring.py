"""Intake's parts, put together: the only file that knows everybody."""

from __future__ import annotations

import logging
from typing import Any

from nameko.extensions import DependencyProvider

from services.intake import use_cases, views
from services.intake.media import Access, MediaParts, Reception, open_store
from services.intake.store import SQL, Work
from shared.chassis import Operations
from shared.db.extension import Database
from shared.http.links import Links, links
from shared.messaging.envelope import LANES
from shared.outbox.relay import Relay
from shared.sealing import KeyRing
from shared.settings import SettingsError

log = logging.getLogger(__name__)
NEEDS = ["sources", "categories", "grids"]  # without these no report can be judged


class OpenWork(DependencyProvider):
    """`self.open_work`: opens a transaction of intake."""

    database = Database()
    relay = Relay()

    def get_dependency(self, worker_ctx: Any) -> Any:
        return lambda: self.relay.open_work(Work)


class Keys(DependencyProvider):
    """`self.keys`: seals personal data."""

    def setup(self) -> None:
        self._keys = KeyRing(self.container.config["settings"].key_ring)

    def get_dependency(self, worker_ctx: Any) -> KeyRing:
        return self._keys


class AnswerLinks(DependencyProvider):
    """`self.answer_links`: makes the links on which reporters answer."""

    def get_dependency(self, worker_ctx: Any) -> Links:
        return links(self.container.config["settings"].key_ring, "answers")


class Media(DependencyProvider):
    """`self.media`: where photos, videos and sounds come in and go out."""

    def setup(self) -> None:
        settings = self.container.config["settings"]
        if not settings.media.store:
            raise SettingsError("MEDIA_STORE is not set: name a directory, or s3://… (services/intake/media/stores.py)")
        store = open_store(settings.media)
        access = Access(settings.key_ring, settings.media.link_seconds)
        self._parts = MediaParts(store, Reception(store, settings.media), access)

    def get_dependency(self, worker_ctx: Any) -> MediaParts:
        return self._parts


class Spawn(DependencyProvider):
    """`self.spawn`: runs something after the request was answered."""

    def get_dependency(self, worker_ctx: Any) -> Any:
        return lambda do: self.container.spawn_managed_thread(do, identifier="import")


def operations() -> Operations:
    return Operations(needs=NEEDS, gauges=views.gauges)


class ReportQueues:
    """The queues of all sources, as the table `sources` has them; the last known ones while the database is away."""

    def __init__(self) -> None:
        self._known: list[str] = []

    def __call__(self, container: Any) -> list[str]:
        relay = next(e for e in container.extensions if isinstance(e, Relay))
        try:
            with relay.open_work() as work:
                sources = [row[0] for row in work.all(SQL.sources)]
            self._known = [f"reports.{source}.{lane}" for source in sorted(sources) for lane in LANES]
        except Exception as error:
            log.warning("sources cannot be read now: %s", error)
        return self._known


report_queues = ReportQueues()


def admits(container: Any, queue: str, wanted: int) -> tuple[int, float]:
    """How many reports of a source's queue may be taken now, and if none, in how many seconds to ask again."""
    relay = next(e for e in container.extensions if isinstance(e, Relay))
    _, source, lane = queue.split(".")
    try:
        return use_cases.admit(source, wanted, lambda: relay.open_work(Work), lane)
    except Exception as error:
        log.warning("what %s may send cannot be asked now: %s", source, error)
        return wanted, 0.0  # without the database the batch itself waits
