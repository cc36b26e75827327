"""Connections break in the middle of what is being sent, so that half a frame arrives."""

from __future__ import annotations

from tests.chaos.world import World


def run(world: World) -> None:
    for _ in range(6):
        world.let_flow(world.random.uniform(1, 3))
        proxy = world.random.choice([world.to_broker, *world.to_database])
        proxy.cut_in_the_middle()
        world.let_flow(0.5)
        proxy.heal()
    world.let_flow(3)
