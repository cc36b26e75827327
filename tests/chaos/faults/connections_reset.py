"""A router between the services and their servers resets every connection, again and again."""

from __future__ import annotations

from tests.chaos.world import World


def run(world: World) -> None:
    for _ in range(8):
        world.let_flow(world.random.uniform(0.5, 3))
        world.random.choice([world.to_broker, *world.to_database]).reset()
    world.let_flow(3)
