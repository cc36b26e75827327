"""Dispatch is away while 100,000 cases are registered; the broker loses power with all of them waiting, then dispatch
comes back and works them off."""

from __future__ import annotations

from tests.chaos.servers.processes import wait_until
from tests.chaos.world import Needs, World

NEEDS = Needs(people=False)
CASES, AT_ONCE = 100_000, 500
MINUTES = 20
ASSIGNED = "SELECT count(*) FROM orders"


def run(world: World) -> None:
    for process in world.town.of("dispatch"):
        process.stop()
    for _ in range(CASES // AT_ONCE):
        world.traffic.publish(world.traffic.make(AT_ONCE))
    world.traffic.pause()
    wanted = len(world.traffic.good)
    registered = "SELECT count(*) FROM cases"
    wait_until(lambda: world.town.rows("intake", registered)[0][0] >= wanted, 60 * MINUTES, "all are registered", 1)
    world.note("waiting", cases=wanted)
    world.broker.first.kill()
    world.broker.first.start()
    world.bring_back()
    wait_until(lambda: world.town.rows("dispatch", ASSIGNED)[0][0] >= wanted, 60 * MINUTES, "all are assigned", 1)
