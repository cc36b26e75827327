"""Connections of services to the broker."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from kombu.utils.url import parse_url

from shared.messaging.transport import Connection

HEARTBEAT = 30


def dial(uri: str, heartbeat: int = HEARTBEAT) -> Connection:
    """An open connection. Raises OSError or amqp.AMQPError."""
    parts = parse_url(uri)
    conn = Connection(
        host=f"{parts['hostname']}:{parts['port'] or 5672}",
        userid=parts["userid"],
        password=parts["password"],
        virtual_host=parts["virtual_host"] or "/",
        heartbeat=heartbeat,
        connect_timeout=5,
        write_timeout=20,
        client_properties={"connection_name": "wangge"},
    )
    try:
        conn.connect()
    except BaseException:
        _leave(conn)
        raise
    return conn


@contextmanager
def connect(uri: str, heartbeat: int = HEARTBEAT) -> Iterator[Connection]:
    """An open connection; closed without ceremony when the block is left, whatever state it is in."""
    conn = dial(uri, heartbeat)
    try:
        yield conn
    finally:
        _leave(conn)


def _leave(conn: Connection) -> None:
    with suppress(OSError):  # the socket may have gone before
        conn.collect()
