"""Where media are kept: by the digest of their content, in a directory or in an S3-compatible service.

`MEDIA_STORE=/var/lib/wangge/media`, or `s3://bucket?endpoint=https://…&region=…` with MEDIA_S3_ACCESS_KEY and
MEDIA_S3_SECRET_KEY. Replicas on one machine may share a directory; on several machines they need S3.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from eventlet import tpool

from services.intake.config import MediaSettings
from services.intake.errors import StoreAway

PIECE = 64 * 1024
FORGOTTEN = 3600.0  # seconds after which a file that was being received belongs to nobody
INCOMING = "incoming"


class Store(Protocol):
    """Content by key (the digest of it). Every method may raise StoreAway."""

    incoming: Path  # where files are received before they are put

    def put(self, file: Path, key: str) -> None:
        """Keep the file under its key, durably, and take it away from where it was; what is there already stays."""

    def open(self, key: str, start: int, length: int) -> Iterator[bytes]:
        """A part of the content, piece by piece. Raises FileNotFoundError at once."""

    def exists(self, key: str) -> bool: ...

    def delete(self, key: str) -> None:
        """No matter whether it is there."""


def open_store(settings: MediaSettings) -> Store:
    """The store that the settings name. Raises SettingsError, StoreAway."""
    if settings.store.startswith("s3://"):
        from services.intake.media.s3 import S3Store  # its library takes memory that a directory does not need

        return S3Store(settings)
    return DirectoryStore(Path(settings.store))


class DirectoryStore:
    """`<folder>/ab/cd/<key>`; readable by the service alone."""

    def __init__(self, folder: Path):
        self._folder, self.incoming = folder, folder / INCOMING
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.incoming.mkdir(exist_ok=True, mode=0o700)
        clear(self.incoming)

    def put(self, file: Path, key: str) -> None:
        tpool.execute(self._put, file, self._path(key))  # fsync of a long video takes seconds

    def _put(self, file: Path, path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with file.open("rb") as content:
                os.fsync(content.fileno())
            file.replace(path)
            for folder in (path.parent, path.parent.parent, self._folder):
                _sync(folder)
        except OSError as error:
            raise StoreAway(f"the media store cannot keep it ({error.strerror})") from error

    def open(self, key: str, start: int, length: int) -> Iterator[bytes]:
        file = self._path(key).open("rb")

        def pieces() -> Iterator[bytes]:
            with file:
                file.seek(start)
                left = length
                while left > 0 and (piece := file.read(min(PIECE, left))):
                    left -= len(piece)
                    yield piece

        return pieces()

    def exists(self, key: str) -> bool:
        return self._path(key).exists()

    def delete(self, key: str) -> None:
        self._path(key).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / key[2:4] / key


def clear(incoming: Path) -> None:
    """Take away what a process that died was receiving; another replica may be receiving just now."""
    for file in incoming.iterdir():
        try:
            if time.time() - file.stat().st_mtime > FORGOTTEN:
                file.unlink()
        except FileNotFoundError:
            continue  # its receiver has taken it away meanwhile


def private_incoming() -> Path:
    """A folder for receiving, for stores that are elsewhere; empty, because it is this process's own."""
    folder = Path(tempfile.gettempdir()) / f"wangge-{INCOMING}-{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    return folder


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
