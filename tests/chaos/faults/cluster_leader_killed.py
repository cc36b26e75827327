"""Of three broker nodes the one that leads loses power, and comes back while the next is already going."""

from __future__ import annotations

from tests.chaos.world import Needs, World

NEEDS = Needs(nodes=3)


def run(world: World) -> None:
    for node in world.random.sample(world.broker.nodes, 3):
        world.let_flow(4)
        node.kill()
        world.let_flow(world.random.uniform(3, 8))
        node.start()
    world.let_flow(4)
