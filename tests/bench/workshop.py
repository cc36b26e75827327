"""What every measure works with: servers, a town of the wanted shape, the table of figures."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from deploy.local import stack
from deploy.provision.names import SERVICES
from deploy.towns.small import write_small_town
from tests.bench.machine import noise
from tests.bench.table import TIMES, Figures, console
from tests.support.town import TemporaryTown


class Workshop:
    """`with workshop.town() as town`: a fresh town of `grids` by `members` (a leader and workers), normal rules."""

    def __init__(self, figures: Figures, times: int = TIMES):
        self.figures, self.times = figures, times
        self.folder = Path(tempfile.mkdtemp(prefix="wangge-bench-"))
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
        for stat in Path("/proc").glob("[0-9]*/comm"):
            with contextlib.suppress(OSError):
                name = {"postgres": "PostgreSQL", "beam.smp": "RabbitMQ"}.get(stat.read_text().strip())
                if name and stack.is_private():
                    found[name].append(int(stat.parent.name))
        return found


def members_of(town: TemporaryTown) -> dict[str, str]:
    """AMQP address of every member's client."""
    folder = town.secrets.path("members")
    return {name: town.uri("members", name) for name in sorted(os.listdir(folder))}
