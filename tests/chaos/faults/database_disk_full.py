"""The database's disk runs full, for its tables and then for its log, and somebody makes room again."""

from __future__ import annotations

from tests.chaos.world import Needs, World

NEEDS = Needs(small_disk=True)
SECONDS = 12


def run(world: World) -> None:
    for _ in range(2):
        world.let_flow(4)
        world.database.fill_disk()
        world.note("disk full")
        world.let_flow(SECONDS)
        world.database.empty_disk()
    world.let_flow(5)
