"""The broker and the database server that towns are provisioned on, from three settings."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from deploy.provision.names import ProvisionError

NAMES = ("AMQP_ADMIN_URL", "AMQP_URI", "DATABASE_URL")


@dataclass(frozen=True)
class Servers:
    """Addresses with the credentials of an administrator, who may create vhosts, users, roles and databases."""

    amqp_admin_url: str = field(repr=False)
    amqp_uri: str = field(repr=False)
    database_url: str = field(repr=False)

    def environment(self) -> dict[str, str]:
        return dict(zip(NAMES, (self.amqp_admin_url, self.amqp_uri, self.database_url), strict=True))

    def amqp_for(self, vhost: str, user: str, password: str) -> str:
        """The broker's address for a user in a vhost."""
        return with_login(self.amqp_uri, user, password, quote(vhost, safe=""))

    def amqp_admin(self, vhost: str) -> str:
        """The broker's address for the administrator in a vhost."""
        return self.amqp_for(vhost, *login_of(self.amqp_uri))

    def database_for(self, database: str, role: str, password: str) -> str:
        return with_login(self.database_url, role, password, database)

    def database_admin(self, database: str) -> str:
        return with_login(self.database_url, *login_of(self.database_url), database)


def from_environment(values: Mapping[str, str] = os.environ) -> Servers | None:
    """The servers that the environment names; None when it names none. Raises ProvisionError for half an answer."""
    missing = [name for name in NAMES if not values.get(name)]
    if len(missing) == len(NAMES):
        return None
    if missing:
        raise ProvisionError(f"{', '.join(missing)} not set: set all of {', '.join(NAMES)}, or none of them")
    return Servers(*(values[name] for name in NAMES))


def login_of(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return unquote(parts.username or ""), unquote(parts.password or "")


def with_login(url: str, user: str, password: str, path: str) -> str:
    """The same address with another login and path; the query (TLS, target session …) stays."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    login = f"{quote(user, safe='')}:{quote(password, safe='')}"
    return urlunsplit((parts.scheme, f"{login}@{place}", f"/{path}", parts.query, ""))


class Management:
    """RabbitMQ's management API."""

    def __init__(self, url: str, timeout: float = 300):
        parts = urlsplit(url)
        self._base = urlunsplit(
            (parts.scheme, parts.netloc.rpartition("@")[2], parts.path.rstrip("/").removesuffix("/api"), "", "")
        )
        self._login = b64encode(":".join(login_of(url)).encode()).decode()
        self._timeout = timeout

    def get(self, path: str) -> Any:
        """What is there, or None."""
        return self._call("GET", path)

    def put(self, path: str, body: dict[str, Any]) -> None:
        self._call("PUT", path, body)

    def post(self, path: str, body: dict[str, Any]) -> None:
        self._call("POST", path, body)

    def delete(self, path: str) -> None:
        """What is not there is deleted already."""
        self._call("DELETE", path)

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        request = urllib.request.Request(
            f"{self._base}/api/{path}",
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={"Authorization": f"Basic {self._login}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=self._timeout) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            if error.code == 404 and method in ("GET", "DELETE"):
                return None
            raise ProvisionError(f"{self._base} refused {method} {path}: {error.code} {_reason(error)}") from error
        except OSError as error:
            raise ProvisionError(
                f"{self._base} does not answer ({error}): is the broker running, with the management plugin?"
            ) from error
        return json.loads(text) if text else None


def _reason(error: urllib.error.HTTPError) -> str:
    if error.code == 401:
        return "(the user in AMQP_ADMIN_URL must have the tag administrator, and the right password)"
    return error.read().decode(errors="replace")[:500]


def part(name: str) -> str:
    """A name as one part of a path."""
    return quote(name, safe="")
