"""Media stores, a directory and an S3-compatible service: the same promises, and what is received on the way there."""

from __future__ import annotations

import hashlib
import io
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import eventlet
import pytest
from minio import Minio

from services.intake.config import MediaSettings
from services.intake.errors import MediaBroken, MediaRefused, MediaTooLarge, StoreAway
from services.intake.media import Reception, Store, open_store, receiving
from shared.settings import SettingsError
from tests.support.media import CANARY, photo, video
from tests.support.processes import free_port

MOST = {"image": 60_000, "video": 5_000, "audio": 1_000}


def settings(store: str) -> MediaSettings:
    return MediaSettings(store, "access", "secret", MOST, 600)


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """A real HTTP server that speaks S3, in a process of its own; gives the address of an empty bucket."""
    port = free_port()
    command = [str(Path(sys.executable).with_name("moto_server")), "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    client = Minio(f"127.0.0.1:{port}", "access", "secret", secure=False, region="us-east-1")
    try:
        _wait(client)
        yield f"s3://media?endpoint=http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def _wait(client: Minio) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            client.make_bucket("media")
            return
        except Exception:
            assert time.monotonic() < until, "the S3 server did not start"
            time.sleep(0.2)


@pytest.fixture(params=["directory", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    address = request.getfixturevalue("s3") if request.param == "s3" else str(tmp_path / "media")
    return open_store(settings(address))


def put(store: Store, content: bytes) -> str:
    key = hashlib.sha256(content).hexdigest()
    file = store.incoming / "x"
    file.write_bytes(content)
    store.put(file, key)
    assert not file.exists()
    return key


def test_what_was_put_is_there_until_it_is_deleted(store: Store) -> None:
    content = os.urandom(200_000)
    key = put(store, content)
    assert put(store, content) == key
    assert store.exists(key)
    assert b"".join(store.open(key, 0, len(content))) == content
    assert b"".join(store.open(key, 100_000, 70_000)) == content[100_000:170_000]
    store.delete(key)
    store.delete(key)
    assert not store.exists(key)
    with pytest.raises(FileNotFoundError):
        store.open(key, 0, 1)


def test_a_directory_is_for_its_owner_alone_and_rid_of_what_a_dead_process_left(tmp_path: Path) -> None:
    store = open_store(settings(str(tmp_path / "media")))
    key = put(store, b"x")
    file = next((tmp_path / "media").rglob(key))
    assert file.relative_to(tmp_path / "media").parts[:2] == (key[:2], key[2:4])
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "media", file.parent))
    old, young = store.incoming / "old", store.incoming / "young"
    old.touch()
    young.touch()
    os.utime(old, (1, 1))
    open_store(settings(str(tmp_path / "media")))
    assert [path.name for path in store.incoming.iterdir()] == ["young"]


def test_a_store_that_is_away_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    away = open_store(settings(f"s3://media?endpoint=http://127.0.0.1:{free_port()}"))
    with pytest.raises(StoreAway):
        away.exists("x")
    with pytest.raises(SettingsError, match="MEDIA_S3_ACCESS_KEY_FILE"):
        open_store(MediaSettings("s3://media?endpoint=http://x", "", "", MOST, 600))
    with pytest.raises(SettingsError, match="endpoint="):
        open_store(settings("s3://media"))


def test_what_is_received_is_freed_and_kept(store: Store) -> None:
    reception = Reception(store, settings(""))
    for content, media_type in ((photo(), "image/jpeg"), (video(), "video/quicktime")):
        first = reception.receive(io.BytesIO(content), media_type, len(content))
        assert first == reception.receive(io.BytesIO(content), "")
        assert first.digest == hashlib.sha256(content).hexdigest()
        kept = b"".join(store.open(first.key, 0, first.size))
        assert hashlib.sha256(kept).hexdigest() == first.key and CANARY not in kept
    assert list(store.incoming.iterdir()) == []


def test_what_is_refused_leaves_nothing(tmp_path: Path) -> None:
    store = open_store(settings(str(tmp_path / "media")))
    reception = Reception(store, settings(""))
    for content, declared, length, error, reason in [
        (b"<script>", "image/jpeg", None, MediaRefused, "of no kind"),
        (photo(), "video/mp4", None, MediaRefused, "declared as 'video/mp4'"),
        (b"%PDF-1.7", "", None, MediaRefused, "PDF is not taken"),
        (photo()[:1000], "image/jpeg", None, MediaBroken, "."),
        (photo(), "image/jpeg", len(photo()) + 1, MediaRefused, "were announced"),
        (photo() + bytes(60_000), "image/jpeg", None, MediaTooLarge, "at most 60000 bytes of image"),
        (video(), "video/mp4", 10**9, MediaTooLarge, "at most 5000"),
        (b"#!AMR\n" + bytes(1000), "audio/amr", None, MediaTooLarge, "at most 1000"),
    ]:
        with pytest.raises(error, match=reason) as refused:
            reception.receive(io.BytesIO(content), declared, length)
        assert isinstance(refused.value, MediaRefused) and refused.value.repair
    assert [path for path in (tmp_path / "media").rglob("*") if path.is_file()] == []


def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    """A limit on the size of files stands for it: writing fails in the middle all the same."""
    store = open_store(settings(str(tmp_path / "media")))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, hard))
    try:
        with pytest.raises(StoreAway, match="cannot take it"):
            Reception(store, settings("")).receive(io.BytesIO(photo()), "")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(store.incoming.iterdir()) == []


class Dripping:
    """A photo that comes byte by byte, and never ends."""

    def read(self, size: int, /) -> bytes:
        eventlet.sleep(0.01)
        return b"\xff\xd8\xff"


def test_a_slow_sender_is_sent_away_and_cannot_take_every_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(settings(str(tmp_path / "media")))
    reception = Reception(store, settings(""))
    monkeypatch.setattr(receiving, "LONGEST", 0.3)
    slow = [eventlet.spawn(reception.receive, Dripping(), "") for _ in range(receiving.AT_ONCE)]
    eventlet.sleep(0.05)
    with pytest.raises(StoreAway, match="too much"):
        reception.receive(io.BytesIO(photo()), "")
    for sender in slow:
        with pytest.raises(MediaRefused, match="longer than"):
            sender.wait()
    assert list(store.incoming.iterdir()) == []
    assert reception.receive(io.BytesIO(photo()), "").media_type == "image/jpeg"
