"""A town for one test: provisioned on the real broker and database, with real processes, and dropped at the end."""

from __future__ import annotations

import contextlib
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

import pika
import psycopg2

from deploy.provision import folder as town_folder
from deploy.provision.names import SERVICES, vhost_of
from deploy.provision.secrets import Secrets
from deploy.provision.servers import Management, Servers, part
from deploy.provision.token import sign
from deploy.provision.town import drop_town, provision
from tests.support.processes import ServiceProcess


class Confirming(pika.BlockingConnection):
    """Its channels publish with confirms."""

    def channel(self, channel_number: int | None = None) -> Any:
        channel = super().channel(channel_number)
        channel.confirm_delivery()
        return channel


class TemporaryTown:
    """`with TemporaryTown(servers, folder) as town: town.start("intake", "dispatch", replicas=2)`.

    The folder is loaded into `services` and the rule set `rules` comes into force; nothing runs before `start`.
    """

    def __init__(
        self,
        servers: Servers,
        folder: Path,
        services: tuple[str, ...] = SERVICES,
        rules: str = "practice",
        logs: Path | None = None,
    ):
        self.name = f"t{secrets.token_hex(4)}"
        self.servers, self.folder, self.services, self.rules = servers, folder, services, rules
        self._scratch = Path(tempfile.mkdtemp(prefix="wangge-"))
        self.secrets = Secrets(self._scratch / "secrets")
        self.logs = logs or self._scratch
        self.processes: list[ServiceProcess] = []

    def __enter__(self) -> TemporaryTown:
        try:
            provision(self.servers, self.name, self.secrets, self.folder)
            rules = self.folder / "rules" / f"{self.rules}.yaml"
            town_folder.load(self.secrets, self.name, self.folder, rules, self.services)
        except BaseException:
            self._drop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self.processes:
            process.kill() if process.alive else None
        if error is not None:
            print("\n".join(f"--- {process.name}\n{process.tail()}" for process in self.processes))
        self._drop()

    def _drop(self) -> None:
        drop_town(self.servers, self.name)
        shutil.rmtree(self._scratch, ignore_errors=True)

    def start(
        self, *services: str, replicas: int = 1, failpoints: str = "", wait: bool = True, **settings: str
    ) -> list[ServiceProcess]:
        """Start replicas of these services (of all, when none is named); returns the new processes."""
        fresh = []
        for service in services or self.services:
            number = sum(process.service == service for process in self.processes)
            for at in range(1, replicas + 1):
                environment = self.secrets.environment(self.name, service)
                fresh.append(ServiceProcess(service, number + at, environment, self.logs))
        self.processes += fresh
        for process in fresh:
            process.start(failpoints, **settings)
        for process in fresh if wait else ():
            process.wait_ready()
        return fresh

    def of(self, service: str) -> list[ServiceProcess]:
        return [process for process in self.processes if process.service == service]

    def url(self, service: str) -> str:
        """Base URL of the first replica's HTTP side."""
        return f"http://{self.of(service)[0].http}"

    def token(self, role: str, name: str) -> str:
        return sign(self.secrets, self.name, role, name)

    def uri(self, *place: str) -> str:
        """AMQP address of a user: `uri("intake")`, `uri("sources", "hotline")`, `uri("members", "m001")`."""
        return self.secrets.read(*place, "amqp_uri")

    def admin(self, service: str, *command: str) -> str:
        """`python -m services.<service>.admin …`; returns what it printed."""
        return town_folder.run_admin(self.secrets, self.name, service, *command)

    @contextlib.contextmanager
    def broker(self, *place: str) -> Iterator[Any]:
        """A pika connection into the town's vhost: the administrator's, or that of the user at `place`. It waits until
        the broker has what is published: what is not confirmed may be lost when the connection is closed."""
        uri = self.uri(*place) if place else self.servers.amqp_admin(vhost_of(self.name))
        connection = Confirming(pika.URLParameters(uri))
        try:
            yield connection
        finally:
            if connection.is_open:
                connection.close()

    @contextlib.contextmanager
    def database(self, service: str, owner: bool = False) -> Iterator[Any]:
        """A psycopg2 connection (autocommit) into the service's schema, with its role or the owner's."""
        place = ("admin", "owner_database_url") if owner else (service, "database_url")
        connection = psycopg2.connect(self.secrets.read(*place), options=f"-c search_path={service}")
        connection.autocommit = True
        try:
            yield connection
        finally:
            connection.close()

    def rows(self, service: str, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """What a SELECT finds in the service's schema."""
        with self.database(service) as connection, connection.cursor() as cursor:
            cursor.execute(statement, values)
            return list(cursor.fetchall())

    def queues(self) -> dict[str, int]:
        """Messages (ready and unacknowledged) in every queue, counted by the broker now."""
        with self.broker() as connection:
            channel = connection.channel()
            api = Management(self.servers.amqp_admin_url)
            names = [q["name"] for q in api.get(f"queues/{part(vhost_of(self.name))}?columns=name") or []]
            return {name: channel.queue_declare(name, passive=True).method.message_count for name in names}
