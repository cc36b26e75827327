"""The broker's machine loses power, twice, with messages on the way."""

from __future__ import annotations

from tests.chaos.world import World


def run(world: World) -> None:
    for _ in range(2):
        world.let_flow(world.random.uniform(2, 5))
        world.broker.first.kill()
        world.let_flow(world.random.uniform(0, 5))
        world.broker.first.start()
    world.let_flow(4)
