"""PostgreSQL is restarted in an orderly way, and then once more by a power cut."""

from __future__ import annotations

from tests.chaos.world import World


def run(world: World) -> None:
    for kill in (False, True):
        world.let_flow(world.random.uniform(2, 5))
        world.database.restart(kill)
    world.let_flow(4)
