"""Callback's parts, put together: the only file that knows everybody."""

from __future__ import annotations

import json
from typing import Any

from nameko.extensions import DependencyProvider

from services.callback import use_cases, views
from services.callback.store import Work
from shared.chassis import Operations
from shared.http.links import Links
from shared.outbox.relay import Relay
from shared.settings import SettingsError

NEEDS = ["calendars", "rule_sets"]  # without these nobody knows whom to ask, and when


class OpenWork(DependencyProvider):
    """`self.open_work`: opens a transaction of callback."""

    relay = Relay()

    def get_dependency(self, worker_ctx: Any) -> Any:
        return lambda: self.relay.open_work(Work)


class Pages(DependencyProvider):
    """`self.pages`: what the page of an answer needs, and links to it."""

    def setup(self) -> None:
        settings = self.container.config["settings"]
        if not settings.public_url:
            raise SettingsError("PUBLIC_URL is not set: give the address at which reporters reach the edge, https://…")
        keys = {purpose: Links(keys) for purpose, keys in json.loads(settings.link_keys).items()}
        self._pages = use_cases.pages(use_cases.Address(settings.public_url, keys["answers"]), keys["media"])

    def get_dependency(self, worker_ctx: Any) -> use_cases.Pages:
        return self._pages


def operations() -> Operations:
    return Operations(needs=NEEDS, gauges=views.gauges)
