"""One small SQLite file: what has to survive a crash of the client."""

import contextlib
import os
import pathlib
import sqlite3
import threading
from collections.abc import Iterator

from wangge_client import errors


class Database:
    """A file for one owner (a source or a member); several threads and processes may use it at once.

    It may hold personal data of reporters, so only its user may read it.
    """

    def __init__(self, path: str | os.PathLike, schema: str, owner: str) -> None:
        self._path = pathlib.Path(path)
        self._lock = threading.RLock()
        self._closed = False
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
            self._connection = sqlite3.connect(self._path, timeout=30, isolation_level=None, check_same_thread=False)
            self._connection.row_factory = sqlite3.Row
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.executescript(schema)
        except (OSError, sqlite3.Error) as problem:
            raise errors.BadStore(
                f"{self._path} cannot be used: {problem}; name a file in a place you may write"
            ) from None
        self._claim(owner)

    def _claim(self, owner: str) -> None:
        with self.write() as sql:
            sql.execute("CREATE TABLE IF NOT EXISTS owner (name TEXT NOT NULL)")
            known = sql.execute("SELECT name FROM owner").fetchone()
            if known is None:
                sql.execute("INSERT INTO owner VALUES (?)", (owner,))
            elif known["name"] != owner:
                raise errors.BadStore(f"{self._path} belongs to {known['name']!r}, not to {owner!r}; name another file")

    @contextlib.contextmanager
    def write(self, durable: bool = True) -> Iterator[sqlite3.Connection]:
        """One transaction; with `durable=False` it survives a kill but perhaps no power cut: for repeatable marks."""
        with self._lock:
            self._check_open()
            self._connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def read(self, query: str, parameters: tuple = ()) -> list[sqlite3.Row]:
        """All rows of a SELECT."""
        with self._lock:
            self._check_open()
            return self._connection.execute(query, parameters).fetchall()

    def close(self) -> None:
        """Close the file; closing twice is harmless."""
        with self._lock:
            self._closed = True
            self._connection.close()

    def _check_open(self) -> None:
        if self._closed:
            raise errors.BadStore(f"{self._path} is closed: the client was closed meanwhile")
