"""A town on the broker: vhost, users with their rights, and a topic permission for every exchange."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from deploy.provision import rights
from deploy.provision.hearing import KIND, Hearing
from deploy.provision.names import PATROL, SERVICES, ProvisionError, user_of, vhost_of
from deploy.provision.rights import NOTHING, Rights
from deploy.provision.secrets import Secrets
from deploy.provision.servers import Management, Servers, login_of, part
from shared.messaging.topology import EXCHANGES

HASHING = "rabbit_password_hashing_sha256"
DELETE_TRIES = 10
AT_ONCE = 200  # users that are deleted with one request
WEEK = 7 * 24 * 3600 * 1000  # milliseconds
PHONES = {  # of what MQTT clients have subscribed to: bounded in length and age, gone when nobody comes for it
    "pattern": "^mqtt-subscription-",
    "apply-to": "queues",
    "definition": {"max-length": 1000, "overflow": "drop-head", "message-ttl": WEEK, "expires": WEEK},
}


Users = dict[tuple[str, ...], tuple[str, Rights]]  # where the address is kept among the secrets → (name, rights)


def users_of(
    town: str,
    sources: Collection[str] = (),
    members: Collection[str] = (),
    subscribers: Mapping[str, Hearing] | None = None,
    disabled: Collection[str] = (),
) -> Users:
    """Every user of a town, by its name within the town. Sources that are `disabled` may do nothing."""
    heard = subscribers or {}
    names = [PATROL, *({*sources} - {PATROL}), *members, *heard]
    twice = {name for name, times in Counter(names).items() if times > 1}
    if twice:
        raise ProvisionError(f"two of sources, members, subscribers are called {', '.join(sorted(twice))}: rename one")
    users: Users = {(s,): (s, rights.of_service(s)) for s in SERVICES}
    users |= {("sources", s): (s, rights.of_source(s)) for s in sources if s != PATROL}
    users |= {("sources", s): (s, Rights()) for s in disabled if ("sources", s) in users}
    users |= {("members", m): (m, rights.of_member(town, m)) for m in members}
    return users | {(KIND, s): (s, rights.of_subscriber(town, s, hears)) for s, hears in heard.items()}


def provision(servers: Servers, town: str, secrets: Secrets, users: Users) -> int:
    """The vhost and its users; returns how many users there are."""
    api, vhost = Management(servers.amqp_admin_url), vhost_of(town)
    names = {user_of(town, name) for name, _ in users.values()}
    check_free(servers, town, [name for name, _ in users.values()])
    api.put(f"vhosts/{part(vhost)}", {"description": f"Wangge, town {town}"})
    admin = login_of(servers.amqp_uri)[0]
    api.put(f"permissions/{part(vhost)}/{part(admin)}", {"configure": ".*", "write": ".*", "read": ".*"})
    api.put(f"policies/{part(vhost)}/phones", PHONES)
    if len(users) > len(SERVICES):  # who is in the town's folder no more has nothing to do here
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
    missing = _missing(api, vhost, passwords, {user_of(town, name): right for name, right in users.values()})
    if any(missing.values()):
        api.post("definitions", missing)


def end_user(servers: Servers, user: str) -> None:
    """The user is gone, and nobody stays connected as it."""
    _drop_users(Management(servers.amqp_admin_url), [user])
    disconnect(servers, user)


def drop_phones(servers: Servers, town: str, name: str) -> None:
    """What the user's MQTT clients have subscribed to, which the broker would keep on filling."""
    api, vhost = Management(servers.amqp_admin_url), part(vhost_of(town))
    own = re.compile(rights.mqtt_queues(town, name))
    for queue in api.get(f"queues/{vhost}?columns=name&disable_stats=true") or []:
        if own.fullmatch(queue["name"]):
            api.delete(f"queues/{vhost}/{part(queue['name'])}")


def disconnect(servers: Servers, user: str) -> None:
    """Close the user's connections: the broker keeps what a channel may do until the channel ends."""
    Management(servers.amqp_admin_url).delete(f"connections/username/{part(user)}")


def drop(servers: Servers, town: str) -> None:
    """Take the town's users and its vhost with all queues away. The users first: with the vhost the broker takes all
    their rights in one transaction, which takes a quarter of an hour for some thousands of them."""
    api, vhost = Management(servers.amqp_admin_url), vhost_of(town)
    if api.get(f"vhosts/{part(vhost)}") is None:
        return
    users = [user for user in _users_in(api, vhost) if user.startswith(f"{town}-")]
    _drop_users(api, users)
    _delete(api, f"vhosts/{part(vhost)}")


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


def _missing(api: Management, vhost: str, passwords: dict[str, str], allowed: dict[str, Rights]) -> dict[str, Any]:
    """What the broker has not, or has otherwise, as definitions to import."""
    known = {row["name"]: row["password_hash"] for row in api.get("users")}
    wanted = [_permission(vhost, user, right) for user, right in allowed.items()]
    topics = [row for user, right in allowed.items() for row in _topic_permissions(vhost, user, right)]
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
    """Some at a time: the broker's HTTP side gives up on a request after a minute."""
    for first in range(0, len(users), AT_ONCE):
        api.post("users/bulk-delete", {"users": users[first : first + AT_ONCE]})


def check_free(servers: Servers, town: str, names: Collection[str]) -> None:
    """Town `a` with a member `b-intake` and town `a-b` with its intake would share one user. Raises ProvisionError."""
    vhost, users = vhost_of(town), {user_of(town, name) for name in names}
    for row in Management(servers.amqp_admin_url).get("permissions"):
        if row["vhost"] != vhost and row["user"] in users:
            raise ProvisionError(
                f"the broker user {row['user']!r} belongs to the vhost {row['vhost']!r}: give the town another name"
            )
