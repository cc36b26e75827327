"""A photo, video or sound comes in: measured and hashed on the way, checked, freed of metadata, put into the store."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, Protocol

import eventlet
from eventlet import tpool
from eventlet.semaphore import Semaphore

from services.intake.config import MediaSettings
from services.intake.errors import MediaRefused, MediaTooLarge, StoreAway
from services.intake.media import sniff
from services.intake.media.boxes import free_boxes
from services.intake.media.elements import free_elements
from services.intake.media.pictures import Looks, free_picture
from services.intake.media.stores import PIECE, Store

AT_ONCE = 16  # uploads that one process receives: they must not take all its workers
AT_WORK = 2  # pictures that one process decodes: each may take 200 MB
LONGEST = 600.0  # seconds for one upload


class Stream(Protocol):
    """What is read: `read(n)` gives at most n bytes, none at the end; it raises MediaRefused when it breaks off."""

    def read(self, size: int, /) -> bytes: ...


class Received(NamedTuple):
    """What has been put into the store. `digest` is that of what was sent, `key` and `size` belong to what was kept."""

    digest: str
    key: str
    media_type: str
    size: int
    looks: Looks
    thumbnail_key: str | None
    thumbnail_size: int | None


class Reception:
    """Where media come in; one for a process."""

    def __init__(self, store: Store, settings: MediaSettings):
        self.store, self._settings = store, settings
        self._places, self._work = Semaphore(AT_ONCE), Semaphore(AT_WORK)

    def most(self, kind: str) -> int:
        """How many bytes an image, a video or audio may have."""
        return self._settings.most[kind]

    def receive(self, stream: Stream, declared: str, length: int | None = None) -> Received:
        """Everything from the stream into the store. `length` is how much was announced, if it was.
        Raises MediaRefused and what it stands for, StoreAway."""
        if not self._places.acquire(blocking=False):
            raise StoreAway("too much is being received now")
        try:
            with self._incoming() as file:
                digest, found, media_type = self._take(stream, declared, length, file)
                with self._work:
                    looks, key = tpool.execute(_free, file, found)
                size = file.stat().st_size
                self.store.put(file, key)
                small = self._put_thumbnail(looks.thumbnail)
                return Received(digest, key, media_type, size, looks, *small)
        finally:
            self._places.release()

    @contextmanager
    def _incoming(self) -> Iterator[Path]:
        """An empty file beside the store, which is gone at the end whatever happens."""
        try:
            handle, name = tempfile.mkstemp(dir=self.store.incoming)
            os.close(handle)
            file = Path(name)
            try:
                yield file
            finally:
                file.unlink(missing_ok=True)
        except OSError as error:
            raise StoreAway(f"the media store cannot take it ({error.strerror})") from error

    def _take(self, stream: Stream, declared: str, length: int | None, file: Path) -> tuple[str, sniff.Format, str]:
        slow = MediaRefused(f"it took longer than {LONGEST:.0f} s", "send it over a better line, or a smaller one")
        with eventlet.Timeout(LONGEST, slow), file.open("wb") as out:
            head = _exactly(stream, sniff.ENOUGH)
            found, media_type = _known(head, declared)
            kind = media_type.partition("/")[0]
            most, digest, taken = self._settings.most[kind], hashlib.sha256(), 0
            piece = head
            while piece:
                taken += len(piece)
                if max(taken, length or 0) > most:
                    raise MediaTooLarge(kind, most)
                digest.update(piece)
                out.write(piece)
                piece = stream.read(PIECE)
        if length is not None and taken != length:
            raise MediaRefused(f"{length} bytes were announced and {taken} came", "send it again, whole")
        return digest.hexdigest(), found, media_type

    def _put_thumbnail(self, small: bytes | None) -> tuple[str | None, int | None]:
        if small is None:
            return None, None
        with self._incoming() as file:
            file.write_bytes(small)
            key = _digest(file)
            self.store.put(file, key)
        return key, len(small)


def _exactly(stream: Stream, length: int) -> bytes:
    """So many bytes, unless the stream ends."""
    head = b""
    while len(head) < length and (piece := stream.read(length - len(head))):
        head += piece
    return head


def _known(head: bytes, declared: str) -> tuple[sniff.Format, str]:
    found = sniff.sniff(head)
    if isinstance(found, str):
        raise MediaRefused(f"{found} is not taken", sniff.REFUSED[found])
    if found is None:
        raise MediaRefused("its bytes are of no kind that is taken", sniff.SENTENCE)
    media_type = sniff.declared_as(found, declared)
    if media_type is None:
        raise MediaRefused(
            f"it is declared as {declared[:100]!r}, but its bytes are {found.media_type}", "declare what it is"
        )
    return found, media_type


def _free(file: Path, found: sniff.Format) -> tuple[Looks, str]:
    """Only what is seen and heard stays in the file; with the digest of that."""
    looks = Looks()
    if found.media_type.startswith("image/"):
        looks = free_picture(file, found)
    elif found in sniff.ISO_BASE:
        looks = free_boxes(file)
    elif found is sniff.WEBM:
        looks = free_elements(file)
    return looks, _digest(file)


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
