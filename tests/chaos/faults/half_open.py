"""A firewall forgets its connections: the servers see them end, the services are told nothing and talk to nobody."""

from __future__ import annotations

from tests.chaos.world import World

SECONDS = 70  # a heartbeat has to notice it


def run(world: World) -> None:
    world.let_flow(3)
    for proxy in (world.to_broker, *world.to_database):
        proxy.half_open()
    world.let_flow(SECONDS)
