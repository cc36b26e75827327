"""The minimal chain: the same rows and the same messages as the line, in batches, without rules, validation and HTTP.

What the line costs beyond this is what its rules, its checks and its framework cost. Nothing here would survive a town.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from deploy.local.checkout import ROOT
from tests.bench.systems import done, publisher_command, read
from tests.support.town import TemporaryTown

ROLES = ("intake", "dispatch", "callback", "notify", "board")


class Minimal:
    """One process for each service, on the town's own queues and tables."""

    name = "minimal chain"

    def __init__(self, town: TemporaryTown, logs: Path):
        self._town, self._logs = town, logs
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        for role in ROLES:
            environment = os.environ | self._town.secrets.environment(self._town.name, role)
            with (self._logs / f"minimal-{role}.log").open("wb") as log:
                command = [sys.executable, "-m", "tests.bench.minimal", role]
                path = {"PYTHONPATH": str(ROOT)}
                process = subprocess.Popen(command, cwd=ROOT, env=environment | path, stdout=log, stderr=log)
            self._processes.append(process)

    def publisher_command(self) -> list[str]:
        return publisher_command(self._town)

    def done(self) -> int:
        return done(self._town)

    def read(self) -> None:
        read(self._town)

    def pids(self) -> list[int]:
        return [process.pid for process in self._processes]

    def stop(self) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.wait(20)
