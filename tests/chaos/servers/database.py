"""PostgreSQL, alone or followed by a synchronous replica, on a disk of the usual size or a small one."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

import psycopg2

from deploy.local import postgres
from deploy.local.checkout import account, user_for
from tests.chaos.servers.processes import Server, own_folder, wait_until
from tests.support.processes import free_port

SMALL_DISK, LONGEST_RUN = "420m", 4 * 3600  # seconds
# A small disk is filled by the run; it must not be full of write-ahead log before.
LITTLE_LOG = "max_wal_size = '96MB'\nmin_wal_size = '32MB'\nwal_keep_size = 0\n"
FOLLOWED = "wal_level = replica\nmax_wal_senders = 4\nhot_standby = on\nwal_keep_size = '256MB'\n"


class Database:
    """A cluster of its own. With `replica` nothing is committed before the replica has it."""

    def __init__(self, folder: Path, replica: bool = False, small_disk: bool = False):
        self._folder, self._small, self.with_replica = folder, small_disk, replica
        self.leader = 0
        self._keeper: Server | None = None
        self._secret = secrets.token_urlsafe(24)
        self.ports = [free_port() for _ in range(2 if replica else 1)]
        self._bin = postgres.binaries()
        self._clusters = [own_folder("postgres", folder / f"postgres{n}") / "cluster" for n in range(len(self.ports))]
        self.servers = [self._server(number) for number in range(len(self.ports))]

    def _server(self, number: int) -> Server:
        command = [str(self._bin / "postgres"), "-D", str(self._clusters[number])]
        return Server("postgres", command, {"LANG": "C.UTF-8"}, self._folder / f"postgres{number}.log")

    def _move_to_small_disk(self) -> None:
        """The cluster lies on a tmpfs in a mount namespace that lives as long as its keeper."""
        cluster, user = self._clusters[0], user_for("postgres") or ""
        disk = cluster.parent / "disk"
        disk.mkdir()
        mount = f"mount -t tmpfs -o size={SMALL_DISK} tmpfs {disk} && cp -a {cluster} {disk}/cluster"
        self._keeper = Server(
            "postgres",
            ["unshare", "-m", "sh", "-c", f"{mount} && touch {disk}/ready && exec sleep {LONGEST_RUN}"],
            {},
            self._folder / "disk.log",
        )
        self._keeper.start(as_root=True)
        inside = ["nsenter", "-t", str(self._keeper.pid), "-m"]
        wait_until(lambda: subprocess.run([*inside, "test", "-e", f"{disk}/ready"]).returncode == 0, 20, "the disk")
        drop = ["setpriv", "--reuid", user, "--regid", user, "--clear-groups"]
        command = [*inside, *drop, str(self._bin / "postgres"), "-D", f"{disk}/cluster"]
        self.servers[0] = Server("postgres", command, {"LANG": "C.UTF-8"}, self._folder / "postgres0.log")
        self._fill, self._inside = f"{disk}/filled", inside

    def start(self) -> None:
        postgres.initdb(self._clusters[0], self._secret)
        more = (LITTLE_LOG if self._small else "") + (FOLLOWED if self.with_replica else "")
        postgres.write_settings(self._clusters[0], f"port = {self.ports[0]}\n{more}")
        if self.with_replica:
            self._admit_replica()
        if self._small:
            self._move_to_small_disk()
        self.servers[0].start(as_root=self._small)
        wait_until(lambda: self.answers(0), 60, "PostgreSQL answers")
        if self.with_replica:
            self.follow(leader=0, follower=1)

    def _admit_replica(self) -> None:
        rules = self._clusters[0] / "pg_hba.conf"
        rules.write_text(rules.read_text() + "host replication all 127.0.0.1/32 scram-sha-256\n")

    def follow(self, leader: int, follower: int) -> None:
        """A fresh copy of the leader follows it, and the leader waits for it with every commit."""
        shutil.rmtree(self._clusters[follower], ignore_errors=True)
        copy = [str(self._bin / "pg_basebackup"), "-d", self.url_of(leader), "-D", str(self._clusters[follower])]
        clean = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
        subprocess.run([*copy, "-R", "-X", "stream", "-c", "fast"], check=True, env=clean, **account("postgres"))
        postgres.write_settings(self._clusters[follower], f"port = {self.ports[follower]}\n{FOLLOWED}")
        self.servers[follower].start()
        wait_until(lambda: self.answers(follower), 60, "the replica answers")
        self.run("ALTER SYSTEM SET synchronous_standby_names = '*'")
        self.run("SELECT pg_reload_conf()")

    def fail_over(self) -> None:
        """The leader is gone as by a power cut; the replica takes over and has nobody to wait for."""
        old, self.leader = self.leader, 1 - self.leader
        self.servers[old].end(signal.SIGKILL)
        self.run("SELECT pg_promote(true, 30)")

    def replace_lost(self) -> None:
        """What was the leader before becomes the replica."""
        self.follow(leader=self.leader, follower=1 - self.leader)

    def url(self, ports: list[int], database: str = "postgres") -> str:
        """By way of ports that lead to the servers; with two, the one that takes writes is found."""
        hosts = ",".join(f"127.0.0.1:{port}" for port in ports)
        query = "?target_session_attrs=read-write" if len(ports) > 1 else ""
        return f"postgresql://{postgres.ADMIN}:{self._secret}@{hosts}/{database}{query}"

    def url_of(self, number: int, database: str = "postgres") -> str:
        return self.url([self.ports[number]], database)

    def run(self, statement: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """One statement as the administrator on the leader, past every proxy."""
        connection = psycopg2.connect(self.url_of(self.leader, database), connect_timeout=5)
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return list(cursor.fetchall()) if cursor.description else []
        finally:
            connection.close()

    def answers(self, number: int) -> bool:
        try:
            psycopg2.connect(self.url_of(number), connect_timeout=2).close()
        except psycopg2.Error:
            return False
        return True

    def restart(self, kill: bool = False) -> None:
        """As an administrator restarts it, or as a power cut ends it."""
        self.servers[self.leader].end(signal.SIGKILL if kill else signal.SIGINT)
        self.servers[self.leader].start()
        wait_until(lambda: self.answers(self.leader), 60, "PostgreSQL answers")

    def fill_disk(self) -> None:
        """Not a byte is left on the small disk."""
        subprocess.run([*self._inside, "dd", "if=/dev/zero", f"of={self._fill}", "bs=64k"], capture_output=True)

    def empty_disk(self) -> None:
        """There is room again, and PostgreSQL runs: it ends itself when it cannot write its log."""
        subprocess.run([*self._inside, "rm", "-f", self._fill], check=True)
        if not self.servers[0].alive:
            self.servers[0].start(as_root=True)
        wait_until(lambda: self.answers(0), 60, "PostgreSQL answers")

    def end(self) -> None:
        for server in (*self.servers, *([self._keeper] if self._keeper else [])):
            server.end(signal.SIGKILL)
