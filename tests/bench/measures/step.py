"""One step alone: dispatch works off cases that wait for it, while nobody else runs."""

from __future__ import annotations

import time

from tests.bench.rate import run, wait_until
from tests.bench.systems import Line, publisher_command
from tests.bench.workshop import Workshop
from tests.support.town import TemporaryTown

GROUP = "one step alone"
CASES, RATE = 6_000, 600.0
ORDERS = "SELECT count(*) FROM orders"
REGISTERED = "SELECT count(*) - (SELECT count(*) FROM unconfirmed) FROM cases"
FROM, TO = 0.15, 0.95  # of the cases: what is measured lies between


def measure(workshop: Workshop) -> None:
    for _ in range(workshop.times):
        with workshop.town() as town:
            fill(town, CASES)
            for process in town.of("intake"):
                process.stop()
            for process in town.of("dispatch"):
                process.start()
            workshop.figures.add(GROUP, "dispatch", "cases/s", _drained(town))


class Registering(Line):
    """Only intake runs, once it has heard of the grids: what is registered is done."""

    def start(self) -> None:
        self._town.start("intake", "dispatch")
        for process in self._town.of("dispatch"):
            process.stop()

    def publisher_command(self) -> list[str]:
        return publisher_command(self._town)

    def done(self) -> int:
        return int(self._town.rows("intake", "SELECT count(*) FROM cases")[0][0])


def fill(town: TemporaryTown, cases: int) -> None:
    """So many registered cases wait for the next step. Raises TimeoutError."""
    registering = Registering(town)
    registering.start()
    run(registering, RATE, cases / RATE)
    if not wait_until(lambda: town.rows("intake", REGISTERED)[0][0] >= registering.done(), 60):
        raise TimeoutError("intake did not say everything within a minute")


def _drained(town: TemporaryTown) -> float:
    """Cases a second, between the first few and the last."""
    total = town.rows("intake", "SELECT count(*) FROM cases")[0][0]
    with town.database("dispatch") as connection, connection.cursor() as cursor:
        times: dict[float, tuple[float, int]] = {}
        while TO not in times:
            cursor.execute(ORDERS)
            count, now = cursor.fetchone()[0], time.monotonic()
            for share in (FROM, TO):
                if count >= share * total:
                    times.setdefault(share, (now, count))
            time.sleep(0.02)
    (first, some), (last, most) = times[FROM], times[TO]
    return (most - some) / max(last - first, 0.001)
