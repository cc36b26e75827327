"""How a greenlet waits for the database: others run meanwhile, and a server that says nothing is given up.

eventlet's own callback waits for ever. When something between us and PostgreSQL (a firewall, a pooler) forgets a
connection, nobody would ever tell us: the server's own `statement_timeout` ends with the server's side of it.
"""

from __future__ import annotations

import psycopg2
from eventlet.hubs import trampoline
from psycopg2 import extensions

STATEMENT_TIMEOUT = 30.0  # seconds, kept by the server
GIVEN_UP = STATEMENT_TIMEOUT + 5.0


def wait_as_greenlets() -> None:
    """From now on every psycopg2 connection of this process waits so."""
    extensions.set_wait_callback(_wait)


def _wait(conn: extensions.connection) -> None:
    """Raises OperationalError when the server stays silent; psycopg2 then closes the connection."""
    while (state := conn.poll()) != extensions.POLL_OK:
        if state not in (extensions.POLL_READ, extensions.POLL_WRITE):
            raise psycopg2.OperationalError(f"the connection is in the unknown state {state}")
        reading = state == extensions.POLL_READ
        silent = psycopg2.OperationalError(f"the database has not answered for {GIVEN_UP:g} s")
        trampoline(conn.fileno(), read=reading, write=not reading, timeout=GIVEN_UP, timeout_exc=silent)
