"""A pool of connections for greenlets: a semaphore, and no connection that is closed or inside a failed transaction.

The unit of work itself says BEGIN and COMMIT, together with other statements: psycopg2 would go once for each.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
from eventlet.semaphore import Semaphore
from psycopg2.extensions import TRANSACTION_STATUS_IDLE
from psycopg2.extensions import connection as Connection

from shared.db.failures import PoolExhausted
from shared.db.waiting import STATEMENT_TIMEOUT

OPTIONS = (
    f"-c statement_timeout={STATEMENT_TIMEOUT * 1000:.0f}"
    " -c lock_timeout=10000 -c idle_in_transaction_session_timeout=60000 -c timezone=UTC"
)


class Pool:
    """At most `size` connections; whoever comes when all are out waits in line, at most `wait` seconds."""

    def __init__(self, database_url: str, size: int, name: str, wait: float = 10.0):
        self._url = database_url
        self._name = name
        self._wait = wait
        self._free: deque[Connection] = deque()
        self._places = Semaphore(size)

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A connection outside of any transaction. Whatever was not committed is rolled back. Raises PoolExhausted."""
        if not self._places.acquire(timeout=self._wait):
            raise PoolExhausted(f"no database connection became free within {self._wait:g} s")
        try:
            conn = self._take()
            try:
                yield conn
            finally:
                self._give_back(conn)
        finally:
            self._places.release()

    def _take(self) -> Connection:
        while self._free:
            conn = self._free.pop()
            if not conn.closed:
                return conn
        conn = psycopg2.connect(
            self._url,
            connect_timeout=5,
            application_name=self._name,
            options=OPTIONS,
            keepalives_idle=10,
            keepalives_interval=5,
            keepalives_count=3,
        )
        conn.autocommit = True
        return conn

    def _give_back(self, conn: Connection) -> None:
        try:
            if not conn.closed and conn.info.transaction_status != TRANSACTION_STATUS_IDLE:
                conn.cursor().execute("ROLLBACK")
        except psycopg2.Error:
            conn.close()
        if not conn.closed:
            self._free.append(conn)

    def close(self) -> None:
        while self._free:
            self._free.pop().close()
