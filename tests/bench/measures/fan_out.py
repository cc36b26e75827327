"""420 members at once: each has a client connected and gets one order; how long until the last of them has heard."""

from __future__ import annotations

import subprocess

from deploy.local.checkout import ROOT
from tests.bench.clients import listening, percentile
from tests.bench.systems import Line
from tests.bench.workshop import Workshop, members_of

GROUP = "fan-out: 420 reports at once, one for each of 420 members"
GRIDS, WORKERS = 105, 4
SECONDS = 15.0


def measure(workshop: Workshop) -> None:
    for _ in range(workshop.times):
        with workshop.town(GRIDS, WORKERS + 1) as town:
            line = Line(town)
            line.start()
            command = [*line.publisher_command(), "--once-each", str(WORKERS), "--grids", str(GRIDS)]
            with listening(members_of(town), SECONDS) as clients:
                subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        first = min(at - waited for _, waited, at in clients.heard)
        until = [1000 * (at - first) for _, _, at in clients.heard]
        figures = workshop.figures
        figures.add(GROUP, "orders heard of", "of 420", len(clients.heard))
        # an urgent and a normal batch at the same moment read the same counts, and may choose the same colleague
        figures.add(GROUP, "members who heard", "of 420", len({member for member, _, _ in clients.heard}))
        figures.add(GROUP, "half of them after", "ms", percentile(until, 0.5))
        figures.add(GROUP, "the last after", "ms", max(until))
