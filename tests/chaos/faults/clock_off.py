"""The clock of one replica of each service is an hour ahead, an hour behind, a day off."""

from __future__ import annotations

from deploy.provision.names import SERVICES
from tests.chaos.world import World

OFF = ("+1h", "-1h", "+1d", "-1d")


def run(world: World) -> None:
    odd = [world.one_of(service) for service in SERVICES]
    for process in odd:
        process.stop()
        off = world.random.choice(OFF)
        world.note("clock off", process=process.name, by=off)
        process.start(**world.clock(off))
    for process in odd:
        process.wait_ready()
    world.let_flow(20)
    for process in odd:
        process.restart()
