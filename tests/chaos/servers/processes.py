"""A server as a child of ours: started in a session of its own, ended by its group, never by name."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from deploy.local.checkout import account, user_for


class Server:
    """One process group. `program` names the account that it drops to when all is started by root."""

    def __init__(self, program: str, command: list[str], environment: Mapping[str, str], log: Path):
        self._program, self._command, self._log = program, command, log
        self._environment = {"PATH": os.environ["PATH"], **environment}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        assert self._process, "it has not been started"
        return self._process.pid

    def start(self, as_root: bool = False) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd="/",
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **({} if as_root else account(self._program)),
            )

    def send(self, number: int) -> None:
        if self.alive:
            os.killpg(self.pid, number)

    def end(self, number: int = signal.SIGTERM, seconds: float = 60) -> None:
        """Signal it and wait until it is gone; what does not go in time is killed. A kill takes all that it started
        along, as a power cut does: PostgreSQL's backends lead groups of their own, and while one of them is left, the
        next postmaster refuses to start.
        """
        kin = _descendants(self.pid) if self.alive and number == signal.SIGKILL else []
        self.send(signal.SIGCONT)
        self.send(number)
        _kill(kin)
        if self._process:
            try:
                self._process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.send(signal.SIGKILL)
                self._process.wait(10)

    def tail(self, lines: int = 20) -> str:
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-lines:]) if self._log.exists() else ""


def _descendants(pid: int) -> list[int]:
    """Processes that a process started, and those that they started."""
    try:
        children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
    return [found for child in children for found in (child, *_descendants(child))]


def _kill(pids: list[int]) -> None:
    """Each is killed, and gone when this returns."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not any(_runs(pid) for pid in pids), 10, "what was killed is gone")


def _runs(pid: int) -> bool:
    """Whether it still holds anything: a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def own_folder(program: str, path: Path) -> Path:
    """An empty folder that belongs to the program's account."""
    path.mkdir(mode=0o700, parents=True)
    if user := user_for(program):
        entry = pwd.getpwnam(user)
        os.chown(path, entry.pw_uid, entry.pw_gid)
    return path


def remove(path: Path) -> None:
    shutil.rmtree(path, ignore_errors=True)


def wait_until(question: Callable[[], bool], seconds: float, what: str, every: float = 0.1) -> None:
    """Raises TimeoutError, with what was waited for."""
    end = time.monotonic() + seconds
    while not question():
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not so after {seconds:.0f} s")
        time.sleep(every)
