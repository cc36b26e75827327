"""What can be measured: each system takes reports from a publisher and says how many it has done."""

from __future__ import annotations

import sys
from typing import Protocol

from deploy.provision.names import vhost_of
from deploy.provision.servers import Management, part
from tests.support.town import TemporaryTown

MEMBERS_TOLD = "SELECT count(*) FROM deliveries WHERE channel = 'member_queue' AND outcome <> 'sending'"
JOURNALLED = "SELECT count(*) FROM journal WHERE type = 'dispatch.work_assigned.v1'"


class System(Protocol):
    """A chain from a published report to a member's notice."""

    name: str

    def start(self) -> None: ...
    def publisher_command(self) -> list[str]: ...
    def done(self) -> int: ...
    def read(self) -> None: ...
    def pids(self) -> list[int]: ...
    def stop(self) -> None: ...


class Line:
    """The product itself: five services, one process each, as `make up` runs them."""

    name = "wangge"

    def __init__(self, town: TemporaryTown, replicas: int = 1):
        self._town, self._replicas = town, replicas

    def start(self) -> None:
        self._town.start(replicas=self._replicas)

    def publisher_command(self) -> list[str]:
        return publisher_command(self._town)

    def done(self) -> int:
        return done(self._town)

    def read(self) -> None:
        read(self._town)

    def pids(self) -> list[int]:
        return [process.pid for process in self._town.processes]

    def stop(self) -> None:
        for process in self._town.processes:
            process.stop()


def publisher_command(town: TemporaryTown) -> list[str]:
    return [sys.executable, "-m", "tests.bench.publisher", "--uri", town.uri("sources", "hotline")]


def read(town: TemporaryTown) -> None:
    """Members and sources read what waits for them, as they do in a town: a full queue takes no more."""
    api, vhost = Management(town.servers.amqp_admin_url), part(vhost_of(town.name))
    for queue in api.get(f"queues/{vhost}?columns=name") or []:
        if queue["name"].startswith(("members.", "feedback.")):
            api.delete(f"queues/{vhost}/{part(queue['name'])}/contents")


def done(town: TemporaryTown) -> int:
    """Reports whose notice was recorded, published and confirmed, and whose assignment stands in the journal."""
    return min(town.rows("notify", MEMBERS_TOLD)[0][0], town.rows("board", JOURNALLED)[0][0])
