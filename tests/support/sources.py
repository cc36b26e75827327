"""A small town with sources of every behaviour, for the tests of doors and feedback."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
import yaml

from deploy.provision.servers import Servers
from tests.support.town import TemporaryTown


def folder_with(folder: Path, target: Path, sources: dict[str, dict[str, Any]]) -> Path:
    """A copy of a town folder with more sources: their names, and in what they differ from the hotline."""
    shutil.copytree(folder, target)
    document = yaml.safe_load((target / "sources.yaml").read_text(encoding="utf-8"))
    [hotline] = [source for source in document["sources"] if source["name"] == "hotline"]
    document["sources"] += [
        hotline | {"name": name, "kind": "generic"} | differences for name, differences in sources.items()
    ]
    (target / "sources.yaml").write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    return target


@contextmanager
def town_with(servers: Servers, folder: Path, *services: str, **settings: str) -> Iterator[TemporaryTown]:
    """A town of which these services run; they have heard of its grids and members."""
    with TemporaryTown(servers, folder, services=("intake", "dispatch", "notify"), logs=folder.parent) as town:
        waiting = town.start("dispatch", wait=False)  # for the catalogue, as intake waits for its grids
        town.start(*services, **settings)
        for process in waiting:
            process.wait_ready()
        yield town


def call(town: TemporaryTown, method: str, path: str, role: str, name: str, **more: Any) -> requests.Response:
    headers = {"Authorization": f"Bearer {town.token(role, name)}"} | more.pop("headers", {})
    return requests.request(method, town.url("intake") + path, headers=headers, timeout=20, **more)
