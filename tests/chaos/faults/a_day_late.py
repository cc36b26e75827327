"""Everything that a service says arrives a day late: its clock is a day behind, and its messages come once more."""

from __future__ import annotations

from deploy.provision.names import SERVICES
from tests.chaos.world import World


def run(world: World) -> None:
    since = world.town.rows("intake", "SELECT clock_timestamp()")[0][0].isoformat()
    late = [process for service in ("intake", "dispatch") for process in world.town.of(service)]
    for process in late:
        process.stop()
        process.start(**world.clock("-1d"))
    for process in late:
        process.wait_ready()
    world.let_flow(15)
    for process in late:
        process.restart()
    for service in SERVICES:
        world.town.admin(service, "republish", "--since", since)
    world.let_flow(5)
