"""One webhook, sent: to the address that was looked up and looked at, without following anybody elsewhere."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

from eventlet import Timeout

PATIENCE = 15.0  # seconds for all of it
MOST = 1024  # bytes of an answer that are read
Networks = Sequence[IPv4Network | IPv6Network]


class Target(NamedTuple):
    """Where a webhook goes: the address was checked, so a name that means another a moment later changes nothing."""

    tls: bool
    host: str
    port: int
    path: str
    address: str


class Answer(NamedTuple):
    """Status 0: there was no answer, `text` says why. `retry_after` in seconds, as the receiver asks."""

    status: int
    text: str
    retry_after: float = 0.0


class Forbidden(Exception):
    """The URL may not be called; the text says why."""


def post(url: str, headers: dict[str, str], body: bytes, listed: Networks) -> Answer:
    """What the receiver answers; never raises."""
    try:
        with Timeout(PATIENCE):
            return _send(target_of(url, listed), headers, body)
    except Timeout:
        return Answer(0, f"no answer within {PATIENCE:g} s")
    except (OSError, ValueError, http.client.HTTPException, Forbidden) as error:
        return Answer(0, f"{type(error).__name__}: {error}"[:300])


def target_of(url: str, listed: Networks) -> Target:
    """Raises Forbidden for what is no HTTPS URL of a public address; in networks that are listed, all may be called."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
        raise Forbidden("the URL must be https://host/path, without a user")
    tls = parts.scheme == "https"
    port = parts.port or (443 if tls else 80)
    found = {str(item[4][0]) for item in socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)}
    for address in sorted(found):
        if not may_call(address, tls, listed):
            raise Forbidden(f"{address} is not public, or the URL not https: list its network in WEBHOOK_NETWORKS")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(tls, parts.hostname, port, path, min(found))


def may_call(address: str, tls: bool, listed: Networks) -> bool:
    """Public addresses with TLS, and whatever is listed: neither loopback, nor private, nor the metadata of a cloud."""
    ip = ip_address(address.partition("%")[0])
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return any(ip in network for network in listed) or (tls and ip.is_global and not ip.is_multicast)


def _send(target: Target, headers: dict[str, str], body: bytes) -> Answer:
    connection = _Pinned(target)
    try:
        connection.request("POST", target.path, body, {"User-Agent": "wangge"} | headers)
        response = connection.getresponse()
        response.read(MOST)
        asked = response.getheader("Retry-After") or ""
        return Answer(
            response.status, response.reason[:100].replace("\0", ""), float(asked) if asked.isdigit() else 0.0
        )
    finally:
        connection.close()


class _Pinned(http.client.HTTPConnection):
    """A connection to an address, in the name of a host."""

    def __init__(self, target: Target):
        super().__init__(target.host, target.port, timeout=PATIENCE)
        self._target = target

    def connect(self) -> None:
        self.sock = socket.create_connection((self._target.address, self._target.port), self.timeout)
        if self._target.tls:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self._target.host)
