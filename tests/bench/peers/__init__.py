"""What could be taken instead of the product's own machinery: the same steps and rows on Celery, dramatiq, FastStream.

The workers import this package from an environment of their own: here is nothing that needs the product's libraries
before it is called.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench.peers.settings import STEPS, VARIABLE, Settings

if TYPE_CHECKING:
    from tests.support.town import TemporaryTown

PEERS = ("celery", "dramatiq", "faststream")
NOTICES = "SELECT count(*) FROM notify.notices"
MEMBERS = "SELECT member_id FROM dispatch.members WHERE role = 'worker' ORDER BY member_id"
_APP = "tests.bench.peers.on_"
_ALONE = "--without-gossip --without-mingle"
# The best of what was tried (README.md): arguments of a process, how many of them, consumers of each queue.
SHAPES: dict[str, tuple[list[str], int, int]] = {
    "celery": (f"celery -A {_APP}celery worker -P threads -c 4 -l WARNING {_ALONE}".split(), 2, 2),
    "dramatiq": (f"dramatiq {_APP}dramatiq -p 2 -t 4".split(), 1, 2),
    "faststream": (f"{_APP}faststream".split(), 2, 2),
}


class Peer:
    """Workers of one library on a provisioned town, whose tables they fill."""

    def __init__(self, name: str, town: TemporaryTown, log: Path):
        from deploy.provision.names import vhost_of

        self.name, self._town, self._log = name, town, log
        self._vhost = vhost_of(town.name)
        self._settings = log.with_suffix(".settings.json")
        self._processes: list[subprocess.Popen[bytes]] = []
        self._counting: Any = None

    def start(self) -> None:
        """Ready when it returns: every queue has all of its consumers."""
        from tests.bench.peers.venv import ensure_venv

        python = ensure_venv(print)
        self._write_settings()
        if self.name == "dramatiq":
            self._make_quorum_the_default()
        arguments, processes, consumers = SHAPES[self.name]
        environment = os.environ | {VARIABLE: str(self._settings), "PYTHONPATH": _root()} | _QUIET
        for number in range(1, processes + 1):
            with self._log.open("ab") as log:
                command = [str(python), "-m", *arguments]
                self._processes.append(
                    subprocess.Popen(
                        command, cwd=_root(), env=environment, stdout=log, stderr=log, start_new_session=True
                    )
                )
            # one after the other: two that declare a queue at once may find it without its leader (INTERNAL_ERROR)
            self._wait_consumers(number * consumers // processes)

    def publisher_command(self) -> list[str]:
        from tests.bench.peers.venv import PYTHON

        return [str(PYTHON), "-m", "tests.bench.peers.publish", self.name, "--settings", str(self._settings)]

    def done(self) -> int:
        """Reports whose notice is recorded."""
        with self._database().cursor() as cursor:
            cursor.execute(NOTICES)
            return int(cursor.fetchone()[0])

    def read(self) -> None:
        """Nothing waits: what a notice would be told by is a row."""

    def pids(self) -> list[int]:
        """Of all workers, with the processes that they have started: each group is a session of its own."""
        groups = {process.pid for process in self._processes}
        return [pid for pid, group in _groups() if group in groups]

    def stop(self) -> None:
        """Ends what was started here, and nothing else."""
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self._processes = []
        self._settings.unlink(missing_ok=True)  # it holds logins
        if self._counting:
            self._counting.close()
            self._counting = None

    def _write_settings(self) -> None:
        with self._database().cursor() as cursor:
            cursor.execute(MEMBERS)
            members = [row[0] for row in cursor.fetchall()]
        uri, database = self._town.servers.amqp_admin(self._vhost), self._owner()
        Settings(self._town.name, uri, database, members, self.name).write(self._settings)

    def _owner(self) -> str:
        return self._town.secrets.read("admin", "owner_database_url")

    def _database(self) -> Any:
        import psycopg2

        if self._counting is None:
            self._counting = psycopg2.connect(self._owner())
            self._counting.autocommit = True
        return self._counting

    def _make_quorum_the_default(self) -> None:
        """dramatiq cannot ask for quorum queues; a vhost can give them to whoever does not ask."""
        from deploy.provision.servers import Management, part

        api = Management(self._town.servers.amqp_admin_url)
        api.put(f"vhosts/{part(self._vhost)}", {"default_queue_type": "quorum"})

    def _wait_consumers(self, wanted: int, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while any(self._consumers(f"{self.name}.{step}") < wanted for step in STEPS):
            ended = [process.returncode for process in self._processes if process.poll() is not None]
            if ended or time.monotonic() > end:
                self.stop()
                raise RuntimeError(f"{self.name} is not ready: {ended or 'too slow'}; see {self._log}")
            time.sleep(0.2)

    def _consumers(self, queue: str) -> int:
        import pika

        with self._town.broker() as connection:
            try:
                return int(connection.channel().queue_declare(queue, passive=True).method.consumer_count)
            except pika.exceptions.ChannelClosedByBroker:
                return 0


_QUIET = {"PYTHONWARNINGS": "ignore", "PYTHONUNBUFFERED": "1"}


def _root() -> str:
    return str(Path(__file__).parents[3])


def _groups() -> list[tuple[int, int]]:
    """(process, its group) of everything that runs."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended meanwhile
        found.append((int(stat.parent.name), int(fields[2])))
    return found
