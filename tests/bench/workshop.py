"""What every measure works with: servers, a town of the wanted shape, the table of figures."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from deploy.local import stack, supervision
from deploy.local.checkout import LOCAL
from deploy.provision.names import SERVICES
from deploy.towns.small import write_small_town
from tests.bench.machine import family, noise
from tests.bench.table import TIMES, Figures, console
from tests.support.town import TemporaryTown

NAMES = {"postgres": "PostgreSQL", "beam.smp": "RabbitMQ"}


class Workshop:
    """`with workshop.town() as town`: a fresh town of `grids` by `members` (a leader and workers), normal rules.

    `rate`: reports a second where half of the line's ceiling is wanted; none: half of what this run has measured. Logs
    of the measure's last run are kept in `.local/bench/<name>`.
    """

    def __init__(self, figures: Figures, name: str, times: int = TIMES, rate: float | None = None):
        self.figures, self.times, self.rate = figures, times, rate
        self.folder = LOCAL / "bench" / name
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.servers = stack.servers()

    @contextlib.contextmanager
    def town(self, grids: int = 4, members: int = 10, services: tuple[str, ...] = SERVICES) -> Iterator[TemporaryTown]:
        folder = self.folder / f"town-{grids}-{members}"
        if not folder.exists():
            write_small_town(folder, grids, members)
        self.figures.noise.append(noise())
        with TemporaryTown(self.servers, folder, services, rules="normal", logs=self.folder) as town:
            yield town

    def say(self, text: str) -> None:
        console.print(text, highlight=False)

    def servers_pids(self) -> dict[str, list[int]]:
        """Processes of the private broker and database; none when they belong to somebody else."""
        found: dict[str, list[int]] = {"PostgreSQL": [], "RabbitMQ": []}
        for row in supervision.processes() if stack.is_private() else ():
            for pid in family(row["pid"]):
                with contextlib.suppress(OSError):
                    name = NAMES.get(Path(f"/proc/{pid}/comm").read_text().strip())
                    found.get(name or "", []).append(pid)
        return found


def members_of(town: TemporaryTown) -> dict[str, str]:
    """AMQP address of every member's client."""
    folder = town.secrets.path("members")
    return {name: town.uri("members", name) for name in sorted(os.listdir(folder))}
