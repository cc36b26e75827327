"""The database's machine loses power for good; its replica takes over and gets a replica of its own."""

from __future__ import annotations

from tests.chaos.world import Needs, World

NEEDS = Needs(replica=True)


def run(world: World) -> None:
    for _ in range(2):
        world.let_flow(5)
        world.database.fail_over()
        world.let_flow(5)
        world.database.replace_lost()
    world.let_flow(4)
