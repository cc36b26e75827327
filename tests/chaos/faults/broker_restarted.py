"""The broker is restarted in an orderly way, as for an update."""

from __future__ import annotations

from tests.chaos.world import World


def run(world: World) -> None:
    world.let_flow(4)
    world.broker.first.stop()
    world.let_flow(world.random.uniform(0, 5))
    world.broker.first.start()
    world.let_flow(4)
