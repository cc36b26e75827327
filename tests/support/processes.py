"""One process of a service, started as in production, and killed in every way that a test wants."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from deploy.local.checkout import ROOT, is_free

_given: set[int] = set()


def free_port() -> int:
    """A port that nobody uses now; below the ephemeral ones, so that no outgoing connection takes it meanwhile."""
    while True:
        port = random.SystemRandom().randrange(10_000, 20_000)
        if port not in _given and is_free(port):
            _given.add(port)
            return port


class ServiceProcess:
    """A replica: addresses and log stay the same over restarts."""

    def __init__(self, service: str, number: int, settings: Mapping[str, str], logs: Path):
        self.service, self.name = service, f"{service}-{number}"
        self.http, self.ops = (f"127.0.0.1:{free_port()}" for _ in range(2))
        self.log = logs / f"{self.name}.log"
        self._media = logs / "media"  # shared by the replicas
        self._settings = dict(settings)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process, f"{self.name} has not been started"
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self, failpoints: str = "", **settings: str) -> None:
        """Start it; `failpoints` as in WANGGE_FAILPOINTS, `settings` only for this start."""
        assert not self.alive, f"{self.name} runs already"
        own = {"HTTP_ADDRESS": self.http, "OPS_ADDRESS": self.ops, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
        own |= {"MEDIA_STORE": str(self._media), "PUBLIC_URL": f"http://{self.http}"}
        target = f"services.{self.service}.service:{self.service.capitalize()}Service"
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "shared.run", target],
                cwd=ROOT,
                env=os.environ | self._settings | own | {"WANGGE_FAILPOINTS": failpoints} | settings,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def keep(self, **settings: str) -> None:
        """Settings for every start from now on."""
        self._settings |= settings

    def problems(self) -> list[str]:
        """What /readyz says; empty when the service is ready."""
        try:
            with urllib.request.urlopen(f"http://{self.ops}/readyz", timeout=5) as answer:
                return list(json.load(answer)["problems"])
        except urllib.error.HTTPError as error:
            return list(json.load(error)["problems"])
        except (OSError, ValueError) as error:
            return [f"no answer: {error}"]

    def wait_ready(self, seconds: float = 60) -> None:
        """Raises AssertionError with the reasons and the end of the log."""
        until = time.monotonic() + seconds
        while problems := self.problems():
            assert self.alive, f"{self.name} ended with {self.wait_end()}:\n{self.tail()}"
            assert time.monotonic() < until, f"{self.name} is not ready after {seconds} s: {problems}\n{self.tail()}"
            time.sleep(0.1)

    def kill(self) -> None:
        """As a power cut: no clean-up."""
        self.signal(signal.SIGKILL)
        self.wait_end()

    def stop(self) -> int:
        """As an orderly end; returns the exit code."""
        self.signal(signal.SIGTERM)
        return self.wait_end(30)

    def signal(self, number: int) -> None:
        """SIGSTOP and SIGCONT, for example."""
        if self.alive:
            os.kill(self.pid, number)

    def wait_end(self, seconds: float = 60) -> int:
        """Until it has ended (by itself, at a failpoint); returns the exit code, -9 when it was killed."""
        assert self._process, f"{self.name} has not been started"
        return self._process.wait(seconds)

    def restart(self, failpoints: str = "", **settings: str) -> None:
        """Start it again, after whatever has ended it, and wait until it is ready."""
        if self.alive:
            self.stop()
        self.start(failpoints, **settings)
        self.wait_ready()

    def tail(self, lines: int = 30) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:]) if self.log.exists() else ""
