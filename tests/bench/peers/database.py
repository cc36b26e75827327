"""The statements for peers that work with psycopg2: one connection for each thread, each statement prepared once."""

from __future__ import annotations

import threading
from typing import Any

import psycopg2

from tests.bench.peers.settings import read
from tests.bench.peers.steps import statements

_STATEMENTS = statements()
_own = threading.local()


def run(step: str, values: dict[str, Any]) -> str | None:
    """One round trip, committed when it returns. Gives back the first column, if the statement has one.

    A connection that is lost is opened anew for the next message; this one is delivered again.
    """
    names = _STATEMENTS[step][1]
    try:
        cursor = _cursor()
        cursor.execute(f"EXECUTE {step} ({', '.join(['%s'] * len(names))})", [values[name] for name in names])
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None
    except psycopg2.OperationalError:
        _own.cursor = None
        raise


def _cursor() -> Any:
    if getattr(_own, "cursor", None) is None:
        connection = psycopg2.connect(read().database_url)
        connection.autocommit = True
        _own.cursor = connection.cursor()
        for name, (text, _) in _STATEMENTS.items():
            _own.cursor.execute(f"PREPARE {name} AS {text}")
    return _own.cursor
