"""A town on the broker: vhost, users with least rights, and a topic permission for every exchange.

Where a user has no topic permission for an exchange RabbitMQ allows everything; so there is always one.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from deploy.provision.names import PATROL, SERVICES, ProvisionError, check_client, user_of, vhost_of
from deploy.provision.secrets import Secrets
from deploy.provision.servers import Management, Servers, login_of, part
from shared.messaging.topology import EXCHANGES

NOTHING = r"^\z"  # not `$`, before which a line may end
HASHING = "rabbit_password_hashing_sha256"
LANE = "(urgent|normal)"
DELETE_TRIES = 10


@dataclass(frozen=True)
class Rights:
    """What a user may configure, write and read, and per exchange (may publish, may bind) routing keys; regular
    expressions, nothing by default."""

    configure: str = NOTHING
    write: str = NOTHING
    read: str = NOTHING
    topics: dict[str, tuple[str, str]] = field(default_factory=dict)


def rights_of_service(service: str) -> Rights:
    """A service reads its own queues and says its own messages; notify also makes and fills the queues of members."""
    topics = {"messages": (rf"^{service}\.", NOTHING)}
    if service == "notify":
        name = "[a-z0-9][a-z0-9-]{1,38}"
        return Rights(
            configure=rf"^members\.{name}\z",
            write=rf"^(messages|members|feedback|members\.{name})\z",
            read=r"^(members|notify\..+)\z",
            topics=topics | {"members": (rf"^{name}\z", rf"^{name}\z"), "feedback": (rf"^{name}\z", NOTHING)},
        )
    reads = r"^(intake|reports)\..+\z" if service == "intake" else rf"^{service}\..+\z"
    return Rights(write=r"^messages\z", read=reads, topics=topics)


def rights_of_source(source: str) -> Rights:
    """A source publishes its own reports and hears its own feedback."""
    name = re.escape(check_client(source))
    return Rights(
        write=r"^reports\z", read=rf"^feedback\.{name}\z", topics={"reports": (rf"^{name}\.{LANE}\z", NOTHING)}
    )


def rights_of_member(member: str) -> Rights:
    """A member acts and reports in its own name, and hears its own notices."""
    name = re.escape(check_client(member))
    return Rights(
        write=r"^(actions|reports)\z",
        read=rf"^members\.{name}\z",
        topics={"actions": (rf"^{name}\.[a-z_]+\z", NOTHING), "reports": (rf"^{PATROL}\.{LANE}\z", NOTHING)},
    )


Users = dict[tuple[str, ...], tuple[str, Rights]]  # where the address is kept among the secrets → (name, rights)


def users_of(sources: list[str], members: list[str]) -> Users:
    """Every user of a town, by its name within the town."""
    twice = (set(sources) & set(members)) | ({PATROL} & set(members))
    if twice:
        raise ProvisionError(f"source and member have the same name: {', '.join(sorted(twice))}: rename one")
    users: Users = {(s,): (s, rights_of_service(s)) for s in SERVICES}
    users |= {("sources", s): (s, rights_of_source(s)) for s in sources if s != PATROL}
    return users | {("members", m): (m, rights_of_member(m)) for m in members}


def provision(
    servers: Servers,
    town: str,
    secrets: Secrets,
    sources: list[str],
    members: list[str],
    disabled: Collection[str] = (),
) -> int:
    """The vhost and its users; returns how many users there are. Sources that are `disabled` may do nothing."""
    api, vhost = Management(servers.amqp_admin_url), vhost_of(town)
    users = users_of(sources, members)
    users |= {("sources", name): (name, Rights()) for name in disabled if ("sources", name) in users}
    names = {user_of(town, name) for name, _ in users.values()}
    check_free(servers, town, [name for name, _ in users.values()])
    api.put(f"vhosts/{part(vhost)}", {"description": f"Wangge, town {town}"})
    admin = login_of(servers.amqp_uri)[0]
    api.put(f"permissions/{part(vhost)}/{part(admin)}", {"configure": ".*", "write": ".*", "read": ".*"})
    if sources or members:  # who is in the town's folder no more has nothing to do here
        _drop_users(api, [u for u in _users_in(api, vhost) if u.startswith(f"{town}-") and u not in names])
    have_users(servers, town, secrets, users)
    return len(users)


def have_users(servers: Servers, town: str, secrets: Secrets, users: Users) -> None:
    """Users with a password each, kept among the secrets, and their rights: what is missing in one request."""
    api, vhost = Management(servers.amqp_admin_url), vhost_of(town)
    passwords = {}
    for place, (name, _) in users.items():
        user = user_of(town, name)
        passwords[user] = secrets.password(*place, "amqp_uri")
        secrets.write(servers.amqp_for(vhost, user, passwords[user]), *place, "amqp_uri")
    missing = _missing(api, vhost, passwords, {user_of(town, name): rights for name, rights in users.values()})
    if any(missing.values()):
        api.post("definitions", missing)


def disconnect(servers: Servers, user: str) -> None:
    """Close the user's connections: the broker keeps what a channel may do until the channel ends."""
    Management(servers.amqp_admin_url).delete(f"connections/username/{part(user)}")


def drop(servers: Servers, town: str) -> None:
    """Take the town's users and its vhost with all queues away."""
    api, vhost = Management(servers.amqp_admin_url), vhost_of(town)
    if api.get(f"vhosts/{part(vhost)}") is None:
        return
    users = [user for user in _users_in(api, vhost) if user.startswith(f"{town}-")]
    _delete(api, f"vhosts/{part(vhost)}")
    _drop_users(api, users)


def _delete(api: Management, path: str) -> None:
    """The broker's HTTP side gives up on a request after a minute, which hundreds of queues may take; what is deleted
    by then stays deleted."""
    for left in reversed(range(DELETE_TRIES)):
        try:
            api.delete(path)
            return
        except ProvisionError:
            if not left:
                raise


def _missing(api: Management, vhost: str, passwords: dict[str, str], rights: dict[str, Rights]) -> dict[str, Any]:
    """What the broker has not, or has otherwise, as definitions to import."""
    known = {row["name"]: row["password_hash"] for row in api.get("users")}
    wanted = [_permission(vhost, user, right) for user, right in rights.items()]
    topics = [row for user, right in rights.items() for row in _topic_permissions(vhost, user, right)]
    return {
        "users": [
            {"name": user, "tags": "", "password_hash": hashed(password), "hashing_algorithm": HASHING}
            for user, password in passwords.items()
            if not _matches(password, known.get(user, ""))
        ],
        "permissions": _without(wanted, api.get(f"vhosts/{part(vhost)}/permissions")),
        "topic_permissions": _without(topics, api.get(f"vhosts/{part(vhost)}/topic-permissions")),
    }


def _permission(vhost: str, user: str, right: Rights) -> dict[str, str]:
    return {"user": user, "vhost": vhost, "configure": right.configure, "write": right.write, "read": right.read}


def _topic_permissions(vhost: str, user: str, right: Rights) -> list[dict[str, str]]:
    pairs = {exchange: right.topics.get(exchange, (NOTHING, NOTHING)) for exchange in EXCHANGES}
    return [
        {"user": user, "vhost": vhost, "exchange": exchange, "write": write, "read": read}
        for exchange, (write, read) in pairs.items()
    ]


def _without(wanted: list[dict[str, str]], known: list[dict[str, str]]) -> list[dict[str, str]]:
    there = {frozenset(row.items()) for row in known}
    return [row for row in wanted if frozenset(row.items()) not in there]


def hashed(password: str, salt: bytes | None = None) -> str:
    """A password as RabbitMQ keeps it: base64 of four bytes of salt and the SHA-256 of salt and password."""
    salt = salt or os.urandom(4)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def _matches(password: str, known: str) -> bool:
    return bool(known) and hashed(password, base64.b64decode(known)[:4]) == known


def _users_in(api: Management, vhost: str) -> list[str]:
    return [row["user"] for row in api.get(f"vhosts/{part(vhost)}/permissions") or []]


def _drop_users(api: Management, users: list[str]) -> None:
    if users:
        api.post("users/bulk-delete", {"users": users})


def check_free(servers: Servers, town: str, names: Collection[str]) -> None:
    """Town `a` with a member `b-intake` and town `a-b` with its intake would share one user. Raises ProvisionError."""
    vhost, users = vhost_of(town), {user_of(town, name) for name in names}
    for row in Management(servers.amqp_admin_url).get("permissions"):
        if row["vhost"] != vhost and row["user"] in users:
            raise ProvisionError(
                f"the broker user {row['user']!r} belongs to the vhost {row['vhost']!r}: give the town another name"
            )
