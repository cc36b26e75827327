"""The private PostgreSQL: a cluster of its own, on the loopback address alone, as durable as in production."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import psycopg2

from deploy.local.checkout import ROOT, LocalError, account, folder_for, password, port, user_for, write_for
from deploy.local.supervision import Program

ADMIN = "wangge"
SETTINGS = ROOT / "deploy" / "postgres" / "wangge.conf"


def binaries() -> Path:
    """The newest PostgreSQL on this machine. Raises LocalError."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if not found:
        raise LocalError("PostgreSQL is not installed: run deploy/local/bootstrap.sh")
    return found[-1].parent


def program() -> Program:
    cluster = _cluster()
    server = _version_bin(cluster) / "postgres"
    return Program(
        "postgres", f"{server} -D {cluster}", user=user_for("postgres"), stop_signal="INT", stop_seconds=60, order=10
    )


def initialise() -> bool:
    """Make the cluster when there is none, and put our settings in force; says whether it is new."""
    cluster = _cluster()
    new = not (cluster / "PG_VERSION").exists()
    if new:
        initdb(cluster, password("postgres"))
    write_settings(cluster, f"port = {port('postgres')}\n")
    return new


def write_settings(cluster: Path, more: str) -> None:
    """Put the product's settings, and some more, in force with the next start."""
    write_for("postgres", cluster / "wangge.conf", SETTINGS.read_text(encoding="utf-8") + more)
    main = (cluster / "postgresql.conf").read_text(encoding="utf-8")
    if "include 'wangge.conf'" not in main:
        write_for("postgres", cluster / "postgresql.conf", f"{main}\ninclude 'wangge.conf'\n")


def url(database: str = "postgres") -> str:
    return f"postgresql://{ADMIN}:{password('postgres')}@127.0.0.1:{port('postgres')}/{database}"


def problem() -> str | None:
    """Why the database cannot be used now; None when it can."""
    try:
        psycopg2.connect(url(), connect_timeout=2).close()
    except psycopg2.Error as error:
        return str(error).strip().splitlines()[0]
    return None


def _cluster() -> Path:
    return folder_for("postgres") / "cluster"


def _version_bin(cluster: Path) -> Path:
    """A cluster stays with the version that made it."""
    version = cluster / "PG_VERSION"
    if not version.exists():
        return binaries()
    folder = Path("/usr/lib/postgresql") / version.read_text().strip() / "bin"
    if not folder.exists():
        raise LocalError(f"the data is of PostgreSQL {folder.parent.name}: install that version, or make reset")
    return folder


def initdb(cluster: Path, admin_password: str) -> None:
    """A new cluster whose administrator logs in with this password. Raises LocalError."""
    secret = cluster.parent / "password"
    write_for("postgres", secret, admin_password)
    command = [str(binaries() / "initdb"), "-D", str(cluster), "-U", ADMIN, "--pwfile", str(secret)]
    command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"]
    clean = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    try:
        done = subprocess.run(command, cwd="/", env=clean, capture_output=True, text=True, **account("postgres"))
    finally:
        secret.unlink()
    if done.returncode:
        raise LocalError(f"initdb failed: {done.stderr.strip()}")
