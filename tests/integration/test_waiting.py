"""A database that says nothing any more is given up, whatever stands between us and it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import set_wait_callback

from deploy.provision.servers import Servers
from shared.db import waiting
from tests.chaos.proxy import Proxy


@pytest.fixture
def behind_a_proxy(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Proxy, Connection]]:
    """A connection through a proxy, waiting as a service does, with little patience."""
    monkeypatch.setattr(waiting, "GIVEN_UP", 0.3)
    proxy = Proxy([urlsplit(servers.database_url).port or 5432], random.Random(1))
    waiting.wait_as_greenlets()
    conn = psycopg2.connect(servers.database_url, port=proxy.port)
    yield proxy, conn
    set_wait_callback(None)
    conn.close()
    proxy.close()


def test_answers_are_waited_for(behind_a_proxy: tuple[Proxy, Connection]) -> None:
    with behind_a_proxy[1].cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.1), 7")
        assert cursor.fetchone()[1] == 7


def test_a_forgotten_connection_is_given_up_and_closed(
    behind_a_proxy: tuple[Proxy, Connection],
) -> None:
    proxy, conn = behind_a_proxy
    proxy.half_open()
    with pytest.raises(psycopg2.OperationalError, match="has not answered"), conn.cursor() as cursor:
        cursor.execute("SELECT 1")
    assert conn.closed
