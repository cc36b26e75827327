"""One HTTP call: to the address that was looked up and looked at, without following anybody elsewhere.

Whoever calls learns whether the other side may have got it: that makes the difference between later and uncertain.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import orjson
from eventlet import Timeout

from services.notify.domain.outcomes import ACCOUNT, Outcome, Refused, TryLater, Uncertain

PATIENCE = 15.0  # seconds for all of a call
MOST = 64 * 1024  # bytes of an answer that are read
THROTTLED = 60.0  # seconds to wait when a provider that has had too much does not say how long
GATEWAYS = (502, 504)  # who answers so does not know what happened behind it
Networks = Sequence[IPv4Network | IPv6Network]


class Target(NamedTuple):
    """Where a call goes: the address was checked, so a name that means another a moment later changes nothing."""

    tls: bool
    host: str
    port: int
    path: str
    address: str


class Answer(NamedTuple):
    """`retry_after` in seconds, as the receiver asks."""

    status: int
    text: str
    body: bytes = b""
    retry_after: float = 0.0


class Forbidden(Exception):
    """The URL may not be called; the text says why."""


class NotSent(Exception):
    """Nothing has gone out; the text says why, and holds no URL."""


class NoAnswer(Exception):
    """It may have arrived, and no answer came; the text says why, and holds no URL."""


@dataclass(frozen=True)
class Web:
    """The way out to providers and receivers; `listed` networks may be called although they are not public."""

    listed: Networks = ()
    patience: float = PATIENCE

    def call(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        """What is answered. Raises Forbidden, NotSent, NoAnswer."""
        sent = False
        connection: _Pinned | None = None
        try:
            with Timeout(self.patience):
                connection = _Pinned(target_of(url, self.listed), self.patience)
                connection.connect()
                sent = True
                return _exchange(connection, method, headers, body)
        except (Timeout, OSError, ValueError, http.client.HTTPException) as error:
            raise (NoAnswer if sent else NotSent)(said(error, self.patience)) from None
        finally:
            if connection:
                connection.close()

    def ask(
        self,
        url: str,
        query: Mapping[str, str],
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        error: str = "",
    ) -> dict[str, Any] | Outcome:
        """The JSON object that a provider answers to this JSON; otherwise what the answer means for what was to be
        sent. `error` is the field that says what is wrong, where a provider uses other statuses than 200 for that."""
        full = f"{url}?{urlencode(query)}" if query else url
        raw = body if isinstance(body, bytes) else None if body is None else orjson.dumps(body)
        given = {"Content-Type": "application/json; charset=utf-8"} | dict(headers or {})
        answer = self.outcome_of("GET" if raw is None else "POST", full, given, raw)
        if not isinstance(answer, Answer):
            return answer
        try:
            found = orjson.loads(answer.body)
        except orjson.JSONDecodeError:
            found = None
        if answer.status != 200 and not (error and isinstance(found, dict) and found.get(error)):
            return means(answer)
        return found if isinstance(found, dict) else Uncertain("the answer is no JSON object")

    def outcome_of(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Answer | Outcome:
        """The answer, or what it means that there is none."""
        try:
            return self.call(method, url, headers, body)
        except Forbidden as error:
            return Refused(str(error), account=True)
        except NotSent as error:
            return TryLater(0.0, str(error))
        except NoAnswer as error:
            return Uncertain(str(error))


def means(answer: Answer) -> Outcome:
    """What an HTTP status other than success says about what was sent."""
    why = f"answers with status {answer.status} {answer.text}".strip()
    if answer.status == 429:
        return TryLater(answer.retry_after or THROTTLED, why, of=ACCOUNT)
    if answer.status in GATEWAYS:
        return Uncertain(why)
    if answer.status >= 500:
        return TryLater(answer.retry_after, why)
    return Refused(why, account=answer.status in (301, 302, 303, 307, 308, 401, 403, 404, 410))


def said(error: BaseException, patience: float) -> str:
    """What went wrong with a connection, without what was sent or where: secrets are in URLs."""
    if isinstance(error, Timeout | TimeoutError):
        return f"no answer within {patience:g} s"
    detail = error.strerror if isinstance(error, OSError) and error.strerror else ""
    return f"{type(error).__name__}: {detail}" if detail else type(error).__name__


def target_of(url: str, listed: Networks) -> Target:
    """Raises Forbidden for what is no HTTPS URL of a public address; in networks that are listed, all may be called."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
        raise Forbidden("the URL must be https://host/path, without a user")
    tls = parts.scheme == "https"
    port = parts.port or (443 if tls else 80)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(tls, parts.hostname, port, path, address_of(parts.hostname, port, tls, listed))


def address_of(host: str, port: int, tls: bool, listed: Networks) -> str:
    """The one address that is to be called for a name. Raises Forbidden when any of the name's may not be."""
    found = {str(item[4][0]) for item in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    for address in sorted(found):
        if not may_call(address, tls, listed):
            raise Forbidden(f"{address} is not public, or there is no TLS: list its network in WEBHOOK_NETWORKS")
    return min(found)


def may_call(address: str, tls: bool, listed: Networks) -> bool:
    """Public addresses with TLS, and whatever is listed: neither loopback, nor private, nor the metadata of a cloud."""
    ip = ip_address(address.partition("%")[0])
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return any(ip in network for network in listed) or (tls and ip.is_global and not ip.is_multicast)


def _exchange(connection: _Pinned, method: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
    connection.request(method, connection.target.path, body, {"User-Agent": "wangge"} | dict(headers))
    response = connection.getresponse()
    read = response.read(MOST)
    asked = response.getheader("Retry-After") or ""
    text = response.reason[:100].replace("\0", "")
    return Answer(response.status, text, read, float(asked) if asked.isascii() and asked.isdigit() else 0.0)


class _Pinned(http.client.HTTPConnection):
    """A connection to an address, in the name of a host."""

    def __init__(self, target: Target, patience: float):
        super().__init__(target.host, target.port, timeout=patience)
        self.target = target

    def connect(self) -> None:
        self.sock = socket.create_connection((self.target.address, self.target.port), self.timeout)
        if self.target.tls:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.target.host)
