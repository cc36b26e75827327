"""Where one checkout keeps what it runs: `.local/`, with its own ports, passwords and data."""

from __future__ import annotations

import fcntl
import functools
import hashlib
import json
import os
import pwd
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
LOCAL = ROOT / ".local"
MARK = f"WANGGE_CHECKOUT={ROOT}"  # in the environment of every process of this checkout
_FIRST, _BLOCK, _BLOCKS = 20_000, 60, 200  # below the ephemeral ports and below rabbitmqctl's 35672–35682


class LocalError(Exception):
    """The native stack cannot do this; the text says why and how to repair it."""


def fingerprint() -> str:
    return hashlib.sha256(str(ROOT).encode()).hexdigest()[:10]


@functools.cache
def data() -> Path:
    """Data of the broker, the database and the edge.

    As root these run as their packages' users, who must be able to reach it: where the checkout is in a closed folder,
    such as /root, it is in /var/lib/wangge.
    """
    closed = any(not folder.stat().st_mode & 0o001 for folder in ROOT.parents)
    if os.geteuid() == 0 and (closed or not ROOT.stat().st_mode & 0o001):
        return Path("/var/lib/wangge") / fingerprint()
    return LOCAL


def user_for(program: str) -> str | None:
    """The account that a server drops to when all is started by root; None for an ordinary user."""
    if os.geteuid() != 0:
        return None
    return {"postgres": "postgres", "rabbitmq": "rabbitmq", "edge": "www-data"}[program]


def folder_for(program: str) -> Path:
    """The program's own data folder, made when it is missing, closed to everybody else."""
    folder = data() / program
    if not folder.exists():
        data().mkdir(parents=True, exist_ok=True, mode=0o755)
        folder.mkdir(mode=0o700)
        if user := user_for(program):
            account = pwd.getpwnam(user)
            os.chown(folder, account.pw_uid, account.pw_gid)
    return folder


def account(program: str) -> dict[str, Any]:
    """Arguments for subprocess that make it drop to the program's account; none for an ordinary user."""
    user = user_for(program)
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}


def write_for(program: str, path: Path, text: str) -> None:
    """Write a file that belongs to the program's account and that nobody else can read."""
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
    if user := user_for(program):
        entry = pwd.getpwnam(user)
        os.chown(path, entry.pw_uid, entry.pw_gid)


def prepare() -> None:
    """Make `.local/`. Raises LocalError when it belongs to somebody else."""
    if LOCAL.exists() and LOCAL.stat().st_uid != os.geteuid():
        owner = pwd.getpwuid(LOCAL.stat().st_uid).pw_name
        raise LocalError(f"{LOCAL} belongs to {owner}: work as {owner}, or `make reset` as {owner} first")
    for name in ("log", "run", "conf.d", "secrets", "towns"):
        (LOCAL / name).mkdir(parents=True, exist_ok=True)
    LOCAL.chmod(0o755)  # servers that drop to their own account pass through; what is secret is closed below
    (LOCAL / "secrets").chmod(0o700)


@contextmanager
def alone() -> Iterator[None]:
    """One command at a time changes what runs here; another one waits."""
    prepare()
    with (LOCAL / "run" / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("another command is at work in this checkout; waiting 另一命令正在执行，等待…")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def remembered(name: str) -> dict[str, Any]:
    path = LOCAL / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def remember(name: str, values: dict[str, Any]) -> None:
    path = LOCAL / f"{name}.json"
    fresh = path.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(values, indent=1, sort_keys=True), encoding="utf-8")
    fresh.replace(path)


def port(name: str) -> int:
    """The port of that name: a free one, chosen once per checkout and remembered."""
    known = remembered("ports")
    if name not in known:
        first = _FIRST + int(fingerprint(), 16) % _BLOCKS * _BLOCK
        candidates = [*range(first, first + _BLOCK), *range(_FIRST, _FIRST + _BLOCK * _BLOCKS)]
        taken = set(known.values())
        known[name] = next(p for p in candidates if p not in taken and is_free(p))
        remember("ports", known)
    return int(known[name])


def forget_port(name: str) -> None:
    remember("ports", {known: value for known, value in remembered("ports").items() if known != name})


def is_free(number: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", number))
        except OSError:
            return False
    return True


def password(name: str) -> str:
    """The random password of that name, made once per checkout."""
    known = remembered("passwords")
    if name not in known:
        known[name] = secrets.token_urlsafe(24)
        remember("passwords", known)
    return str(known[name])
