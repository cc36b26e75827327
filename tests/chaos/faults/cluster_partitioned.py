"""Cables between the three broker nodes are pulled: each in turn is alone, then none hears another, then they flap."""

from __future__ import annotations

from tests.chaos.world import Needs, World

NEEDS = Needs(nodes=3)


def run(world: World) -> None:
    broker, nodes = world.broker, world.broker.nodes
    for alone in world.random.sample(nodes, 2):
        broker.separate([(alone, other) for other in nodes if other is not alone])
        world.let_flow(10)
        broker.join()
        world.let_flow(5)
    pairs = [(one, other) for at, one in enumerate(nodes) for other in nodes[at + 1 :]]
    broker.separate(pairs)
    world.let_flow(10)
    broker.join()
    for _ in range(3):
        broker.separate([world.random.choice(pairs)])
        world.let_flow(2)
        broker.join()
        world.let_flow(2)
