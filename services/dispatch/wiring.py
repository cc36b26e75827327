"""Dispatch's parts, put together: the only file that knows everybody."""

from __future__ import annotations

from typing import Any

from nameko.extensions import DependencyProvider

from services.dispatch import use_cases, views
from services.dispatch.proofs import Proofs, proofs_of
from services.dispatch.store import Work
from shared.chassis import Operations
from shared.outbox.relay import Relay
from shared.sealing import SealingKey
from shared.together import Together

# without these no case can be given to anybody, or not in the time that it should take
NEEDS = ["grids", "members", "calendars", "rule_sets", "categories"]


class OpenWork(DependencyProvider):
    """`self.open_work`: opens a transaction of dispatch."""

    relay = Relay()

    def get_dependency(self, worker_ctx: Any) -> Any:
        return lambda: self.relay.open_work(Work)


class Acting(DependencyProvider):
    """`self.acting`: does an action that came by HTTP, together with those of others who act at the same moment."""

    relay = Relay()

    def setup(self) -> None:
        def do(actions: list[Any], briefly: bool) -> list[dict[str, Any]]:
            return use_cases.take_read(actions, briefly, lambda: self.relay.open_work(Work))

        settings = self.container.config["settings"]
        self._acting = Together(do, settings.batch_size, f"{settings.service}.actions.http")

    def get_dependency(self, worker_ctx: Any) -> Together[Any, dict[str, Any]]:
        return self._acting


class Access(DependencyProvider):
    """`self.proofs`: how members prove who they are."""

    def setup(self) -> None:
        self._proofs = proofs_of(self.container.config["settings"])

    def get_dependency(self, worker_ctx: Any) -> Proofs:
        return self._proofs


class Sealing(DependencyProvider):
    """`self.sealing`: seals what members tell about themselves, and opens nothing."""

    def setup(self) -> None:
        self._key = SealingKey(self.container.config["settings"].sealing_key)

    def get_dependency(self, worker_ctx: Any) -> SealingKey:
        return self._key


def operations() -> Operations:
    return Operations(needs=NEEDS, gauges=views.gauges)
