"""A whole town: provisioned, found again, and dropped."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from deploy.provision import broker, database, folder, subscribers
from deploy.provision.names import PATROL, check_client, check_town, vhost_of
from deploy.provision.secrets import Secrets
from deploy.provision.servers import Servers
from shared.messaging import topology


@dataclass(frozen=True)
class Provisioned:
    """What provisioning found and made."""

    users: int
    queues: int
    migrations: list[str]


def provision(servers: Servers, town: str, secrets: Secrets, town_folder: Path | None = None) -> Provisioned:
    """Everything a town stands on, in an order that leaves no gap; what is there already stays as it is.

    Sources and members are those of the folder and those added beside it, as subscribers are. Without a folder
    the town has its services and nobody outside. Raises ProvisionError.
    """
    sources = folder.sources_in(town_folder) if town_folder else []
    members = folder.members_in(town_folder) if town_folder else []
    for name in (*(s for s in sources if s != PATROL), *members):
        check_client(name)
    secrets.make_keys()
    migrations = database.provision(servers, check_town(town), secrets)
    added, disabled = database.sources_of_intake(secrets)
    members += [name for name in database.members_of_dispatch(secrets) if town_folder and name not in members]
    sources += [name for name in added if town_folder and name not in sources]
    hears = subscribers.kept_now(secrets) if town_folder else {}
    users = broker.users_of(town, sources, members, hears, disabled)
    count = broker.provision(servers, town, secrets, users)
    queues = topology.declare(servers.amqp_admin(vhost_of(town)), sources, members)
    for name, heard in hears.items():
        queues += subscribers.have_queues(servers, town, name, heard)
    return Provisioned(count, queues, migrations)


def drop_town(servers: Servers, town: str) -> None:
    """Take the town's vhost, users, database and roles away, with all data."""
    check_town(town)
    broker.drop(servers, town)
    database.drop(servers, town)
