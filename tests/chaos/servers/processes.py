"""A server as a child of ours: started in a session of its own, ended by its group, never by name."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
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
        """Signal it and wait until it is gone; what does not go in time is killed."""
        self.send(signal.SIGCONT)
        self.send(number)
        if self._process:
            try:
                self._process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.send(signal.SIGKILL)
                self._process.wait(10)

    def tail(self, lines: int = 20) -> str:
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-lines:]) if self._log.exists() else ""


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
