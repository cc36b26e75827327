"""Every packet takes a tenth of a second, more or less, as over a bad line between buildings."""

from __future__ import annotations

from tests.chaos.world import World


def run(world: World) -> None:
    for proxy in (world.to_broker, *world.to_database):
        proxy.delay = 0.1
    world.let_flow(25)
